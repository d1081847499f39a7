"""A battery on two Ray nodes of this machine, one of them killed, against one process.

    pip install '.[ray]'; python benchmarks/ray_nodes.py [--limit 10] [--latency 1.0]

Two reference models answer through a loopback server that takes some time for each answer and
counts its calls. First one process runs the battery, then two nodes with two workers each, then
such nodes again, of which the second is killed (SIGKILL to all its processes) once a third of the
calls are made. Bars: each table is that of the one process, to the last cell; every promised sample
is there once. Printed beside: seconds, samples a second, and calls above those of the one process.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

from kill9 import NOT_OF_THE_RUN, called  # noqa: E402
from ray.cluster_utils import Cluster  # noqa: E402
from tests.unmask.loopback import KEYS, Loopback, loopback  # noqa: E402
from tests.unmask.pipeline import run  # noqa: E402

from unmask.battery import Battery  # noqa: E402
from unmask.cluster import run_on_cluster  # noqa: E402
from unmask.results.observations import observe  # noqa: E402

WORKERS = 2
"""Of each node."""
CONNECTIONS = 16
TRIES = 6


def main() -> None:
    """Run the battery three times, print a line each, and hold the tables against each other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--limit", type=int, default=10)
    parser.add_argument("--latency", type=float, default=1.0)
    given = parser.parse_args()
    os.environ.update(dict.fromkeys(KEYS, "none"))
    with loopback(delay=given.latency) as server, tempfile.TemporaryDirectory() as made:
        os.environ["INSPECT_CACHE_DIR"] = made
        home, what = Path(made), battery(server, given.limit)
        print(f"{'':<26} {'s':>6} {'samples/s':>10} {'calls':>6} {'samples':>8}  table")
        least = measured("one process", server, home / "one", None, lambda logs: run(what, logs))
        for name, killed in (("two nodes", None), ("two nodes, one killed", least // 3)):
            measured(
                name,
                server,
                home / name,
                home / "one",
                partial(nodes, server, what, killed),
            )


def battery(server: Loopback, limit: int) -> Battery:
    """Two checkpoints on two evals: four parts."""
    return Battery.model_validate(
        {
            "grader": "reference/judge",
            "checkpoints": [server.checkpoint("hacker"), server.checkpoint("aligned")],
            "evals": [{"eval": name, "limit": limit} for name in ("goals", "open_questions")],
            "limits": {"max_connections": CONNECTIONS},
        }
    )


def nodes(server: Loopback, what: Battery, killed: int | None, logs: Path) -> None:
    """Run on two nodes; kill the second after so many calls."""
    cluster = Cluster()
    _, second = [started(cluster) for _ in range(2)]
    over = threading.Event()

    def kill() -> None:
        while killed is not None and not over.wait(0.05):
            if called(server) >= killed:
                cluster.remove_node(second, allow_graceful=False)
                return

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        failed = run_on_cluster(what, logs, cluster.address, say=lambda line: print(f"  {line}"))
    finally:
        over.set()
        killer.join()
        cluster.shutdown()
    if failed:
        raise SystemExit(str(failed))


def started(cluster: Cluster) -> Any:
    """Add a node; Ray gives it 30 s to start, which a busy machine may not keep."""
    for _ in range(TRIES - 1):
        try:
            return cluster.add_node(num_cpus=WORKERS)
        except Exception as error:
            print(f"  {str(error).partition('.')[0]}; once more")
    return cluster.add_node(num_cpus=WORKERS)


def measured(
    name: str,
    server: Loopback,
    logs: Path,
    other: Path | None,
    measure: Callable[[Path], Any],
) -> int:
    """Time one run, print its line, hold its table against another's; return its calls."""
    server.calls.clear()
    since = time.monotonic()
    measure(logs)
    seconds = time.monotonic() - since
    seen = observe(logs).table
    same = other is None or told(logs).equals(told(other))
    print(
        f"{name:<26} {seconds:>6.1f} {len(seen) / seconds:>10.2f} {called(server):>6} "
        f"{seen['sample_uuid'].nunique():>8}  {'same' if same else 'OTHER'}",
        flush=True,
    )
    if not same:
        raise SystemExit(1)
    return called(server)


def told(logs: Path) -> Any:
    """What a folder says, without what differs between any two runs."""
    order = ["checkpoint", "eval", "item", "epoch"]
    rows = observe(logs).table.drop(columns=NOT_OF_THE_RUN)
    return rows.sort_values(order).reset_index(drop=True)


if __name__ == "__main__":
    main()
