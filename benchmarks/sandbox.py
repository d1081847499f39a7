"""What a bubblewrap sandbox costs, and what many of them leave behind.

    python benchmarks/sandbox.py [--runs 50] [--samples 200] [--at-once 16]

Prints medians and 95th percentiles in milliseconds, and after many samples side by side the
processes, process spaces, mounts, open files and shared memory that are left.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path

import anyio
import psutil
from inspect_ai.util import SandboxEnvironment

from unmask.sandbox.command import Caps
from unmask.sandbox.provider import BwrapSandboxEnvironment

BARS = {"start": 30.0, "exec true": 20.0}
"""Medians that are wanted, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Left:
    """What can be left behind, counted before and after."""

    children: int
    mounts: str
    descriptors: int
    shared_memory: int
    """In mebibytes: the sandboxes' files are in it."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=16)
    options = parser.parse_args()
    print(f"user {os.geteuid()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}\n")
    anyio.run(_costs, options.runs)
    anyio.run(_crowd, options.samples, options.at_once)


async def _costs(runs: int) -> None:
    times: dict[str, list[float]] = {}

    async def timed(name: str, act: Awaitable[object]) -> None:
        begin = time.perf_counter()
        await act
        times.setdefault(name, []).append(1000 * (time.perf_counter() - begin))

    for _ in range(runs):
        begin = time.perf_counter()
        box = await _start()
        times.setdefault("start", []).append(1000 * (time.perf_counter() - begin))
        await timed("exec true", box.exec(["true"]))
        await timed("exec python3 -I -S -c 1", box.exec(["python3", "-I", "-S", "-c", "1"]))
        await timed("write 10 kB", box.write_file("file", b"x" * 10_000))
        await timed("read 10 kB", box.read_file("file"))
        await timed("end", _end(box))
    print("| step | median, ms | 95 %, ms | bar, ms |\n| --- | ---: | ---: | ---: |")
    for name, values in times.items():
        high = statistics.quantiles(values, n=20)[-1]
        print(f"| {name} | {statistics.median(values):.1f} | {high:.1f} | {BARS.get(name, '')} |")


async def _crowd(samples: int, at_once: int) -> None:
    await _life(None)  # what a process opens once, such as its event loop's files
    before = _left()
    spaces: list[int] = []
    begin = time.perf_counter()
    room = anyio.CapacityLimiter(at_once)

    async def one() -> None:
        async with room:
            await _life(spaces)

    async with anyio.create_task_group() as group:
        for _ in range(samples):
            group.start_soon(one)
    seconds = time.perf_counter() - begin
    inhabited = set(map(_space, psutil.pids()))
    still = sum(os.fstat(space).st_ino in inhabited for space in spaces)
    for space in spaces:
        os.close(space)
    after = _left()
    print(f"\n{samples} samples, {at_once} at once, 3 commands and 2 files each: {seconds:.1f} s")
    print(f"processes left: {after.children - before.children}")
    print(f"process spaces with a process left in them: {still} of {len(spaces)}")
    print(f"mounts changed: {'no' if after.mounts == before.mounts else 'YES'}")
    print(f"open files left: {after.descriptors - before.descriptors}")
    print(f"shared memory: {after.shared_memory - before.shared_memory:+d} MiB")


async def _life(spaces: list[int] | None) -> None:
    """What a sample does, with a daemon and a file left lying about; its process space is noted.

    The space is kept open, so that its number can't become that of another one.
    """
    box = await _start()
    if spaces is not None:
        place = f"/proc/{box.holder.pid}/ns/pid_for_children"
        spaces.append(os.open(place, os.O_RDONLY | os.O_CLOEXEC))
    try:
        await box.write_file("answer.py", "print(6 * 7)")
        done = await box.exec(["python3", "-I", "-S", "answer.py"])
        assert done.stdout == "42\n", done
        await box.exec(["sh", "-c", "setsid sleep 600 > /dev/null 2>&1 & true"])
        await box.exec(["dd", "if=/dev/zero", "of=/tmp/filler", "bs=1M", "count=20"])
        await box.read_file("answer.py")
    finally:
        await _end(box)


async def _start() -> BwrapSandboxEnvironment:
    boxes = await BwrapSandboxEnvironment.sample_init("benchmark", Caps(), {})
    return boxes["default"].as_type(BwrapSandboxEnvironment)


async def _end(box: SandboxEnvironment) -> None:
    await BwrapSandboxEnvironment.sample_cleanup("benchmark", None, {"default": box}, False)


def _left() -> Left:
    meminfo = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    return Left(
        children=len(psutil.Process().children(recursive=True)),
        mounts=Path("/proc/self/mountinfo").read_text(),
        descriptors=len(os.listdir("/proc/self/fd")),
        shared_memory=int(meminfo["Shmem"].split()[0]) // 1024,
    )


def _space(pid: int) -> int | None:
    try:
        return os.stat(f"/proc/{pid}/ns/pid").st_ino
    except OSError:  # it ended, or is another user's
        return None


if __name__ == "__main__":
    main()
