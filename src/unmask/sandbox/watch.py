"""How much memory a process and all its descendants hold, read from /proc outside the sandbox."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")


def footprint(root: int, over: int) -> int:
    """The bytes of memory and swap that a process tree holds.

    Summed at first from each process's own figure, which counts pages that processes share once
    for each; only if that is more than `over` are shared pages divided among their holders, for
    that reading is slow. Orphans within a process space stay in the tree, as its first process
    adopts them.

    Args:
        root: The process at the top; one that is gone holds nothing.
        over: From how many bytes on it is worth a closer look.
    """
    family = list(_family(root))
    rough = sum(_fields(pid, "status", ("VmRSS", "VmSwap")) for pid in family)
    if rough <= over:
        return rough
    return sum(_proportional(pid) for pid in family)


def children(pid: int) -> list[int]:
    """A process's children, of all its threads: the kernel lists each with the one that made it."""
    found: list[int] = []
    try:
        for thread in os.listdir(_PROC / str(pid) / "task"):
            listed = (_PROC / str(pid) / "task" / thread / "children").read_bytes()
            found += map(int, listed.split())
    except OSError:  # it ended meanwhile
        pass
    return found


def _family(root: int) -> Iterator[int]:
    waiting, seen = [root], set[int]()
    while waiting:
        pid = waiting.pop()
        if pid in seen:
            continue
        seen.add(pid)
        yield pid
        waiting += children(pid)


def _proportional(pid: int) -> int:
    exact = _fields(pid, "smaps_rollup", ("Pss", "SwapPss"))
    return exact or _fields(pid, "status", ("VmRSS", "VmSwap"))


def _fields(pid: int, name: str, wanted: tuple[str, ...]) -> int:
    try:
        lines = (_PROC / str(pid) / name).read_text().splitlines()
    except OSError:
        return 0
    values = (line.split() for line in lines if line.split(":", 1)[0] in wanted)
    return sum(int(words[1]) for words in values) * 1024
