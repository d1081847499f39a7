"""Running one program from the harness: nothing of it is waited for longer, or kept, than allowed.

Descriptors and process numbers are handled here directly: a child keeps its number until it is
waited for, so that a signal can't hit another process.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Final, Literal

import anyio

from unmask.sandbox import watch

Stop = Literal["time", "output", "memory"]

_CHUNK: Final = 1 << 16
_WATCH_SECONDS: Final = 0.1
_KILLS: Final = 60
_GENTLE_KILLS: Final = 20
_KILL_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended, and what it wrote up to the limit."""

    returncode: int
    stdout: bytes
    stderr: bytes
    stopped: Stop | None
    """Why it was killed, if it was."""


@dataclass(slots=True)
class _Running:
    process: subprocess.Popen[bytes]
    clock: anyio.CancelScope
    stopped: Stop | None = None

    def stop(self, why: Stop) -> None:
        """Don't wait any longer: what is left is killed."""
        self.stopped = self.stopped or why
        self.clock.cancel()


async def run(
    argv: Sequence[str | bytes],
    *,
    stdin: bytes | None,
    descriptors: Sequence[int],
    output_limit: int,
    seconds: float,
    heavy: Callable[[int], bool],
    owner: int | None = None,
) -> Finished:
    """Run a program to its end, or kill it and all that it started.

    Args:
        argv: The program, by its path, and its arguments. Its environment is empty.
        stdin: What it reads; None is nothing.
        descriptors: Open files that it inherits under their numbers.
        output_limit: Bytes of each output stream, after which it is killed.
        seconds: Time after which it is killed.
        heavy: Tells of a process number whether it uses too much memory; asked again and again.
        owner: The user whom its pipes belong to, if another than the harness's; it can then open
            them anew, as /dev/stderr.

    Raises:
        OSError: It can't be started (not there, or its arguments are too long).
    """
    process = start(argv, stdin is not None, descriptors, owner)
    out, err = bytearray(), bytearray()
    try:
        with anyio.move_on_after(seconds) as clock:
            running = _Running(process, clock)
            async with anyio.create_task_group() as aside:
                aside.start_soon(_feed, process, stdin)
                aside.start_soon(_watch, running, heavy)
                async with anyio.create_task_group() as readers:
                    readers.start_soon(_collect, running, _fd(process.stdout), out, output_limit)
                    readers.start_soon(_collect, running, _fd(process.stderr), err, output_limit)
                await _exited(process.pid)
                aside.cancel_scope.cancel()
        if clock.cancelled_caught:
            running.stop("time")
    finally:
        with anyio.CancelScope(shield=True):
            await end(process)
    return Finished(process.returncode, bytes(out), bytes(err), running.stopped)


def start(
    argv: Sequence[str | bytes],
    wants_input: bool,
    descriptors: Sequence[int] = (),
    owner: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, its pipes not blocking.

    Raises:
        OSError: It can't be started.
    """
    # Whose the pipes are is settled before anything runs that could open them anew.
    feed = _pipe(owner) if wants_input else None
    out, err = _pipe(owner), _pipe(owner)
    theirs = [out[1], err[1], *([feed[0]] if feed else ())]
    ours = [out[0], err[0], *([feed[1]] if feed else ())]
    try:
        process = subprocess.Popen(
            list(argv),
            bufsize=0,
            stdin=feed[0] if feed else subprocess.DEVNULL,
            stdout=out[1],
            stderr=err[1],
            cwd="/",
            env={},
            pass_fds=descriptors,
            start_new_session=True,
        )
    except BaseException:
        _close(ours)
        raise
    finally:
        _close(theirs)
    for end in ours:
        os.set_blocking(end, False)
    process.stdin = os.fdopen(feed[1], "wb", 0) if feed else None
    process.stdout, process.stderr = (os.fdopen(end[0], "rb", 0) for end in (out, err))
    return process


def _pipe(owner: int | None) -> tuple[int, int]:
    read, write = os.pipe()
    if owner is not None:
        os.fchown(read, owner, -1)
    return read, write


def _close(descriptors: Iterable[int]) -> None:
    for each in descriptors:
        os.close(each)


async def end(process: subprocess.Popen[bytes], patience: float = 0) -> None:
    """Make sure that a program is gone, with its group, and that nothing of it stays open here.

    Args:
        process: The program.
        patience: Seconds that it may take to end by itself, once its input has ended.
    """
    process.poll()
    if patience and process.returncode is None and process.stdin is not None:
        process.stdin.close()
        await _wait(process, patience)
    for attempt in range(_KILLS):
        if process.returncode is None:
            kill(process, gently=attempt < _GENTLE_KILLS)
            await _wait(process, _KILL_SECONDS)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def kill(process: subprocess.Popen[bytes], *, gently: bool) -> None:
    """Kill a program that `start` started, with its group.

    Gently, only what it has itself started is killed, if there is any: it ends as its children do,
    having buried them. Killed first, it would leave them to the first process of the machine, which
    in many containers buries nobody.
    """
    with contextlib.suppress(ProcessLookupError):
        started = watch.children(process.pid) if gently else []
        for child in started:
            os.kill(child, signal.SIGKILL)
        if not started:
            os.killpg(process.pid, signal.SIGKILL)


async def read_some(descriptor: int) -> bytes:
    """What can be read next from a descriptor that doesn't block; nothing at its end."""
    while True:
        await anyio.wait_readable(descriptor)
        with contextlib.suppress(BlockingIOError):
            return os.read(descriptor, _CHUNK)


async def _collect(running: _Running, descriptor: int, into: bytearray, limit: int) -> None:
    while data := await read_some(descriptor):
        room = limit - len(into)
        into += data[:room]
        if len(data) > room:
            running.stop("output")


async def _feed(process: subprocess.Popen[bytes], stdin: bytes | None) -> None:
    pipe = process.stdin
    if pipe is None:
        return
    left = memoryview(stdin or b"")
    with contextlib.suppress(BrokenPipeError):
        while left:
            await anyio.wait_writable(pipe.fileno())
            with contextlib.suppress(BlockingIOError):
                left = left[os.write(pipe.fileno(), left[:_CHUNK]) :]
    pipe.close()


async def _watch(running: _Running, heavy: Callable[[int], bool]) -> None:
    while True:
        await anyio.sleep(_WATCH_SECONDS)
        if heavy(running.process.pid):
            running.stop("memory")


async def _wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    with anyio.move_on_after(seconds):
        await _exited(process.pid)
    process.poll()


async def _exited(pid: int) -> None:
    handle = os.pidfd_open(pid)
    try:
        await anyio.wait_readable(handle)
    finally:
        os.close(handle)


def _fd(pipe: IO[bytes] | None) -> int:
    assert pipe is not None  # `start` asks for both output pipes
    return pipe.fileno()
