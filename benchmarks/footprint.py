"""What Unmask weighs: time of --help and of the demo, memory of all its processes, packages.

    python benchmarks/footprint.py [--runs 5]

Run it in an environment made by `pip install .`, so that the packages are those of a user.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Collection
from pathlib import Path

import psutil

MEGABYTE = 1024 * 1024


def main() -> None:
    """Measure and print, one line a figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    scripts = Path(sys.executable).parent
    print(f"packages installed: {len(list(importlib.metadata.distributions()))} (bar: 100)")
    ours = _median([str(scripts / "unmask"), "--help"], runs)
    theirs = _median([str(scripts / "inspect"), "eval", "--help"], runs)
    print(f"unmask --help: {ours:.2f} s (bar: 0.30); inspect eval --help: {theirs:.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        seconds, peak = watched([str(scripts / "unmask"), "demo"], folder)
    print(
        f"unmask demo: {seconds:.0f} s (bar: 60); memory of all its processes: {peak:.0f} MB (700)"
    )


def _median(command: list[str], runs: int) -> float:
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])  # the first one warms the disk


def watched(command: list[str], folder: str, fine: Collection[int] = (0,)) -> tuple[float, float]:
    """Run a command that ends with one of some codes.

    Returns:
        Its seconds, and the highest summed resident memory in MB.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    peak = [0.0]
    done = threading.Event()

    def watch() -> None:
        root = psutil.Process(process.pid)
        while not done.wait(0.1):
            peak[0] = max(peak[0], _tree_memory(root))

    watcher = threading.Thread(target=watch)
    watcher.start()
    code = process.wait()
    done.set()
    watcher.join()
    if code not in fine:
        raise SystemExit(f"{' '.join(command)} ended with {code}")
    return time.perf_counter() - start, peak[0] / MEGABYTE


def _tree_memory(root: psutil.Process) -> float:
    total = 0.0
    try:
        for process in [root, *root.children(recursive=True)]:
            total += process.memory_info().rss
    except psutil.NoSuchProcess:
        pass
    return total


if __name__ == "__main__":
    main()
