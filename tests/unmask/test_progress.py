"""The line on how a run goes: rewritten where somebody watches, rare where nobody does."""

from io import StringIO
from pathlib import Path

import pytest
from inspect_ai.log import read_eval_log, write_eval_log
from tests.unmask.pipeline import battery, run

from unmask.battery import Budget
from unmask.ledger import Ledger
from unmask.progress import CLEAR, Progress, finished_in
from unmask.usage import Use
from unmask.watch import Watch


class Screen(StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    """A watch that has seen a sample end."""
    watching = Watch(Ledger(tmp_path), Budget(), 900, tmp_path, lambda watch: None)
    watching.finished = 1
    watching.ledger.finish("c", Use(3, 300, 0.5))
    return watching


def shown(stream: StringIO, watch: Watch, times: list[float]) -> str:
    """What a stream shows of a run in which something happens at these times."""
    clock = iter([0.0, *(each for time in times for each in (time, time))])
    progress = Progress(stream, battery(["hacker"]), total=10, done=4, clock=lambda: next(clock))
    for _ in times:
        progress.follow(watch)
    return stream.getvalue()


def test_on_a_terminal_it_is_rewritten(watch: Watch) -> None:
    """Once a second, over itself, and never wider than the terminal."""
    text = shown(Screen(), watch, [2.0])
    assert text.startswith(f"{CLEAR}5 of 10 samples (50 %) · 0 calls")
    assert "\n" not in text
    assert len(text.removeprefix(CLEAR)) < 80


def test_elsewhere_it_is_rare(watch: Watch) -> None:
    """A file gets a line every five minutes, with what is ahead, and no control characters."""
    text = shown(StringIO(), watch, [300.0])
    assert text == (
        "5 of 10 samples (50 %) · 0 calls · 0 tokens · $0.00 · 5 min gone · "
        "about 25 min and $2.50 to go\n"
    )


def test_not_before_it_is_time(watch: Watch) -> None:
    """Nothing is shown while nothing could have changed much."""
    progress = Progress(Screen(), battery(["hacker"]), total=10, done=4, clock=lambda: 0.5)
    progress.follow(watch)
    assert progress.stream.getvalue() == ""  # type: ignore[attr-defined]


def test_what_is_finished_is_counted_once(tmp_path: Path) -> None:
    """A resumed run begins with what its logs hold, whatever copies there are."""
    what = battery(["aligned"], limit=1)
    run(what, tmp_path)
    held = finished_in(tmp_path, ["aligned", "never-begun"])
    log = max((tmp_path / "aligned").glob("*.eval"))
    (log.parent / f"copy-of-{log.name}").write_bytes(log.read_bytes())
    qualified = read_eval_log(str(log))
    qualified.eval.task = f"unmask/{qualified.eval.task.rpartition('/')[2]}"
    write_eval_log(qualified, str(log.parent / "by-registry.eval"))
    assert held > 0
    assert finished_in(tmp_path, ["aligned"]) == held
