"""What `kill -9` costs: runs killed at random moments and gone on with, against one left alone.

    python benchmarks/kill9.py [--kills 20] [--seed 1]

Two reference models and their judge answer through a loopback server, which counts calls; half of
the samples are work over several turns. Each run is killed, all processes of it, after a random
part of the seconds that an undisturbed run takes, from its imports to its last table, and started
once more with the same command. Bars: the table is that of the undisturbed run, to the last cell,
the manifest holds, and no resumed run makes more than 5 % more calls, those in flight included.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.unmask.loopback import KEYS, Loopback, loopback  # noqa: E402

from unmask.manifest import compare_manifest, read_manifest  # noqa: E402
from unmask.results.observations import Reading, observe  # noqa: E402

AT_ONCE = 4
"""Samples of a checkpoint in flight: what a kill may cost."""
LATENCY = 0.05
MOST_MORE = 0.05
NOT_OF_THE_RUN = ["log", "sample_uuid", "seconds"]
"""Columns that differ between any two runs."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run that was killed and gone on with.

    Attributes:
        after: Seconds until the kill.
        before: Calls made until then.
        calls: Calls made in all.
        superseded: Samples that the table found a second time and left out.
        same: Whether the table is the undisturbed run's.
        whole: Whether its manifest holds.
    """

    after: float
    before: int
    calls: int
    superseded: int
    same: bool
    whole: bool


def main() -> None:
    """Run one undisturbed, kill the others, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    os.environ.update(dict.fromkeys(KEYS, "none"))
    rng = random.Random(given.seed)
    with loopback(delay=LATENCY) as server, tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        since = time.monotonic()
        finish(server, folder / "undisturbed")
        seconds = time.monotonic() - since
        wanted, least = table(observe(folder / "undisturbed" / "logs")), called(server)
        print(f"undisturbed: {len(wanted)} samples, {least} calls, {seconds:.0f} s", flush=True)
        print(f"{'killed at':>10} {'calls then':>11} {'in all':>7} {'more':>6} {'twice':>6}  table")
        outcomes: list[Outcome] = []
        while len(outcomes) < given.kills:
            after = rng.uniform(0, seconds)
            outcome = one(server, folder / f"{len(outcomes)}-{after:.3f}", after, wanted)
            if outcome is not None:
                outcomes.append(outcome)
                print(line(outcome, least), flush=True)
    worst = max(each.calls for each in outcomes) / least - 1
    same = sum(each.same and each.whole for each in outcomes)
    print(f"same table and a manifest that holds: {same} of {len(outcomes)}")
    print(f"most calls above the undisturbed run's: {worst:.1%} (bar: {MOST_MORE:.0%})")
    if same < len(outcomes) or worst > MOST_MORE:
        raise SystemExit(1)


def one(server: Loopback, folder: Path, after: float, wanted: pd.DataFrame) -> Outcome | None:
    """Kill a run after some seconds and go on with it; None if it had ended before."""
    server.calls.clear()
    process = start(server, folder)
    try:
        process.wait(after)
        return None
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    before = called(server)
    finish(server, folder)
    logs = folder / "logs"
    reading, manifest = observe(logs), read_manifest(logs)
    whole = manifest is not None and not compare_manifest(manifest, logs).differs
    same = table(reading).equals(wanted)
    return Outcome(after, before, called(server), reading.superseded, same, whole)


def start(server: Loopback, folder: Path) -> subprocess.Popen[bytes]:
    """Start `unmask run`, in a process group and with a cache of judge replies of its own."""
    folder.mkdir(exist_ok=True)
    battery = folder / "battery.yaml"
    value = {
        "grader": server.spec("judge"),
        "checkpoints": [server.checkpoint("hacker"), server.checkpoint("saboteur")],
        "evals": [
            {"eval": "goals", "limit": 10, "arms": ["baseline", "identity"]},
            {"eval": "frame_colleague", "limit": 10},
        ],
        "limits": {"max_connections": AT_ONCE, "max_samples": AT_ONCE},
    }
    battery.write_text(yaml.safe_dump(value))
    code = "from unmask.cli import main; main()"
    with (folder / "said").open("ab") as said:
        return subprocess.Popen(
            [sys.executable, "-c", code, "run", str(battery), "--logs", str(folder / "logs")],
            env=os.environ | {"INSPECT_CACHE_DIR": str(folder / "cache")},
            start_new_session=True,
            stdout=said,
            stderr=said,
        )


def finish(server: Loopback, folder: Path) -> None:
    """Run to the end, which must be a good one."""
    code = start(server, folder).wait()
    if code != 0:
        raise SystemExit(f"{folder.name}: exit {code}\n{(folder / 'said').read_text()}")


def called(server: Loopback) -> int:
    """Calls since the last time that they were forgotten, the judge's included."""
    return sum(server.calls.values())


def table(reading: Reading) -> pd.DataFrame:
    """What a folder says, without what differs between any two runs."""
    order = ["checkpoint", "eval", "arm", "item", "epoch"]
    return reading.table.drop(columns=NOT_OF_THE_RUN).sort_values(order).reset_index(drop=True)


def line(outcome: Outcome, least: int) -> str:
    """Lay out one outcome."""
    said = "same" if outcome.same and outcome.whole else "OTHER"
    return (
        f"{outcome.after:>8.1f} s {outcome.before:>11} {outcome.calls:>7} "
        f"{outcome.calls / least - 1:>6.1%} {outcome.superseded:>6}  {said}"
    )


if __name__ == "__main__":
    main()
