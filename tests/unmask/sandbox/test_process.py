"""Programs run from the harness: nothing of them is waited for longer, or kept, than allowed."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from unmask.sandbox import watch
from unmask.sandbox.process import Finished, run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: needs Linux")


def finished(
    *words: str,
    stdin: bytes | None = None,
    output_limit: int = 1000,
    seconds: float = 20,
    heavy: Callable[[int], bool] = lambda pid: False,
    owner: int | None = None,
) -> Finished:
    """Run a program to its end."""

    async def go() -> Finished:
        return await run(
            words,
            stdin=stdin,
            descriptors=(),
            output_limit=output_limit,
            seconds=seconds,
            heavy=heavy,
            owner=owner,
        )

    return anyio.run(go)


def test_a_program_gets_its_input_and_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both streams and the code come back; nothing of the harness's environment goes in."""
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    done = finished("/bin/sh", "-c", "cat; /usr/bin/env >&2; exit 3", stdin=b"in")
    assert (done.returncode, done.stdout, done.stopped) == (3, b"in", None)
    assert b"secret" not in done.stderr


def test_large_input_and_output_pass_at_once() -> None:
    """More than a pipe holds goes in and out without either side waiting for ever."""
    content = os.urandom(1 << 20)
    done = finished("/bin/cat", stdin=content, output_limit=1 << 20)
    assert (done.stdout == content, done.stopped) == (True, None)


@pytest.mark.parametrize(("written", "stopped"), [(999, None), (1000, None), (1001, "output")])
def test_the_limit_of_output_is_exact(written: int, stopped: str | None) -> None:
    """Up to the limit everything is kept; one byte more stops the program."""
    done = finished("/bin/sh", "-c", f"head -c {written} /dev/zero; sleep 0.2")
    assert (len(done.stdout), done.stopped) == (min(written, 1000), stopped)


@pytest.mark.parametrize("closing", ["", "exec >&- 2>&-; "])
def test_time_ends_what_does_not_end_by_itself(closing: str) -> None:
    """With its outputs open or closed, a program that goes on is killed in time."""
    begin = time.monotonic()
    done = finished("/bin/sh", "-c", f"echo begun; {closing}sleep 60; true", seconds=0.3)
    assert (done.stopped, done.stdout) == ("time", b"begun\n")
    assert time.monotonic() - begin < 5


def test_too_much_memory_ends_a_program() -> None:
    """The watchdog's word is enough."""
    assert finished("/bin/sh", "-c", "sleep 60; true", heavy=lambda pid: True).stopped == "memory"


def test_a_closed_input_is_no_error() -> None:
    """A program that doesn't read what it is given ends as it likes."""
    assert finished("/bin/true", stdin=bytes(1 << 20)) == Finished(0, b"", b"", None)


def test_what_can_not_start_raises() -> None:
    """A missing program is the caller's to report."""
    with pytest.raises(FileNotFoundError):
        finished("/no/such/program")


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT TESTED: only root gives a pipe away")
def test_pipes_are_given_away_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slowly it goes, what is started finds its streams to be its owner's."""
    give = os.fchown

    def slowly(descriptor: int, owner: int, group: int) -> None:
        time.sleep(0.2)
        give(descriptor, owner, group)

    monkeypatch.setattr(os, "fchown", slowly)
    names = ("/dev/stdin", "/dev/stdout", "/dev/stderr")
    done = finished("/usr/bin/stat", "-L", "-c", "%u", *names, stdin=b"", owner=4321)
    assert done.stdout == b"4321\n" * 3


def test_no_descriptor_stays_open() -> None:
    """However a program ends, all its pipes are closed."""
    finished("/bin/true")
    before = len(os.listdir("/proc/self/fd"))
    finished("/bin/sh", "-c", "sleep 60", seconds=0.1)
    finished("/bin/cat", stdin=b"x" * 5000, output_limit=10)
    assert len(os.listdir("/proc/self/fd")) == before


HOLDING = """
import os, sys, time
held = bytearray(40 << 20)
{fork}
print("held", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize(
    ("fork", "over", "low", "high"),
    [
        ("", 1 << 40, 40, 80),
        # Three processes share the pages: together they have them once, if it is looked at closely.
        ("os.fork() and os.fork()", 1 << 40, 120, 240),
        ("os.fork() and os.fork()", 0, 40, 90),
    ],
)
def test_memory_is_that_of_the_whole_tree(fork: str, over: int, low: int, high: int) -> None:
    """Rough sums count shared pages for each; close ones once. In mebibytes."""
    seen: list[int] = []

    def heavy(pid: int) -> bool:
        seen.append(watch.footprint(pid, over) >> 20)
        return len(seen) > 2 and seen[-1] == seen[-2] and seen[-1] >= low

    finished(sys.executable, "-I", "-S", "-c", HOLDING.format(fork=fork), heavy=heavy, seconds=15)
    assert low <= max(seen) <= high


def test_what_is_gone_holds_nothing() -> None:
    """A process that ended between two looks is no error."""
    done = os.fork()
    if not done:
        os._exit(0)
    os.waitpid(done, 0)
    assert not Path(f"/proc/{done}").exists()
    assert watch.footprint(done, 0) == 0
    assert watch.children(done) == []
