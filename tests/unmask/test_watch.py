"""Who may begin, as the watch decides it: budget and disk, and the stop that follows."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import anyio
import pytest

from unmask.battery import Budget
from unmask.ledger import Ledger, Payer
from unmask.usage import Use
from unmask.watch import SPARE, Watch, disk_full

PAYER = Payer("c", "checkpoint", "m/x")
MB = 2**20


@pytest.fixture
def interrupts() -> Iterator[list[int]]:
    """Collect the interrupts that the process sends to itself."""
    caught: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: caught.append(number))
    yield caught
    signal.signal(signal.SIGINT, before)


def watching(folder: Path, budget: Budget) -> Watch:
    """A watch over nothing yet."""
    return Watch(Ledger(folder), budget, 900, folder, lambda watch: None)


async def tries(watch: Watch, sample: str) -> bool:
    """Whether a sample is let in; one that is held back is given up after a moment."""
    with anyio.move_on_after(0.05) as waited:
        await watch.admit(sample)
    return not waited.cancelled_caught


def test_held_back_once_the_rest_is_spoken_for(tmp_path: Path, interrupts: list[int]) -> None:
    """The third sample would need what the second still will; the run ends when that has ended."""

    async def story() -> None:
        watch = watching(tmp_path, Budget(calls=7))
        assert await tries(watch, "one")
        for _ in range(3):
            assert watch.ledger.begin(PAYER, watch.budget) is None
        watch._under_way["one"] += Use(calls=3)
        watch.ended("one")
        assert await tries(watch, "two")
        assert await tries(watch, "two")  # its next call
        assert not await tries(watch, "three")
        assert interrupts == []
        watch.ended("two")
        watch.ended("three")
        assert interrupts == [signal.SIGINT]

    anyio.run(story)


def test_stops_once_however_many_wait(tmp_path: Path, interrupts: list[int]) -> None:
    """A second Ctrl-C would break off the writing of what is finished."""

    async def story() -> None:
        watch = watching(tmp_path, Budget(calls=1))
        assert watch.ledger.begin(PAYER, watch.budget) is None
        for name in ("one", "two", "three"):
            assert not await tries(watch, name)
        assert interrupts == [signal.SIGINT]

    anyio.run(story)


def test_its_interrupt_gets_through_where_they_are_held_back(
    tmp_path: Path, interrupts: list[int]
) -> None:
    """As in a worker of a cluster; from anybody else they are held back as before."""

    async def story(watch: Watch) -> None:
        assert watch.ledger.begin(PAYER, watch.budget) is None
        assert not await tries(watch, "one")

    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        watch = watching(tmp_path, Budget(calls=1))
        with watch.over([]):
            anyio.run(story, watch)
        assert interrupts == [signal.SIGINT]
        assert signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@pytest.mark.parametrize(
    ("free", "log", "full"),
    [(SPARE, 0, False), (SPARE - 1, 0, True), (SPARE + 5 * MB, 5 * MB, False), (SPARE, MB, True)],
)
def test_a_disk_that_is_nearly_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, log: int, full: bool
) -> None:
    """Room for each log once more, and some to spare, or no sample is begun."""
    (tmp_path / "a.eval").write_bytes(bytes(log))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=free))
    said = disk_full(tmp_path)
    assert (said is not None) is full
    assert said is None or str(tmp_path) in said
