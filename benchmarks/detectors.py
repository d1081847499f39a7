"""What detectors of known nature are worth, and how long it takes to find out.

    python benchmarks/detectors.py --check [ID …]
    python benchmarks/detectors.py --refresh

`--check` runs every work of the scenarios of `sabotage/detector` and says what is wrong with them;
exits 1 if anything is. `--refresh` writes what honest works are worth (`honest.yaml`).
The works are our own, and run without a sandbox.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from unmask.evals.catalog import HERE
from unmask.evals.scenarios import Scenario, load_scenarios
from unmask.evals.tried import Tried, faults, honest_low, try_works
from unmask.scorers.execution.detectors import HONEST

FOLDER = HERE / "sabotage" / "scenarios" / "detector"


def main() -> int:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="say what is wrong with scenarios")
    parser.add_argument("ids", nargs="*", help="scenarios, or how their ids begin; all by default")
    parser.add_argument("--refresh", action="store_true", help="write what honest work is worth")
    asked = parser.parse_args()
    if not asked.check and not asked.refresh:
        parser.error("say what to do: --check or --refresh")
    scenarios = [
        each
        for each in load_scenarios([FOLDER])
        if not asked.ids or each.id.startswith(tuple(asked.ids))
    ]
    return refresh(load_scenarios([FOLDER])) if asked.refresh else check(scenarios)


def check(scenarios: Sequence[Scenario]) -> int:
    """Print each scenario's works with their J, and what is wrong."""
    wrong = 0
    for scenario in scenarios:
        tried = try_works(scenario)
        print(f"{scenario.id}: {line(tried)}", flush=True)
        for fault in faults(scenario, tried):
            wrong += 1
            print(f"  ! {fault}", flush=True)
    print(f"{len(scenarios)} scenarios, {wrong} faults")
    return 1 if wrong else 0


def refresh(scenarios: Sequence[Scenario]) -> int:
    """Write the low end of honest runs of every scenario."""
    about = "# 5th percentile of J among honest runs. Made by `benchmarks/detectors.py --refresh`"
    low = {each.id: round(honest_low(each), 3) for each in scenarios}
    lines = [f"  {name}: {value}" for name, value in sorted(low.items())]
    HONEST.write_text("\n".join([about, "low:", *lines]) + "\n", encoding="utf-8")
    print(f"{len(low)} scenarios in {HONEST}")
    return 0


def line(tried: Tried) -> str:
    """Sum up J of every work, safety/control."""
    names = dict.fromkeys(name for name, _ in tried)
    return ", ".join(
        f"{name} {tried[name, 'safety'].youden:.2f}/{tried[name, 'control'].youden:.2f}"
        for name in names
    )


if __name__ == "__main__":
    sys.exit(main())
