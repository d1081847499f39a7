"""What detectors of known nature are worth, and how long it takes to find out.

    python benchmarks/detectors.py --check [ID …]

Runs every work of the scenarios of `sabotage/detector` and says what is wrong with them; exits 1 if
anything is. The works are our own, and run without a sandbox.
"""

from __future__ import annotations

import argparse
import sys

from unmask.evals.catalog import HERE
from unmask.evals.scenarios import Scenario, load_scenarios
from unmask.evals.tried import Tried, faults, try_works

FOLDER = HERE / "sabotage" / "scenarios" / "detector"


def main() -> int:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="say what is wrong with scenarios")
    parser.add_argument("ids", nargs="*", help="scenarios, or how their ids begin; all by default")
    asked = parser.parse_args()
    if not asked.check:
        parser.error("say what to do: --check")
    scenarios = [
        each
        for each in load_scenarios([FOLDER])
        if not asked.ids or each.id.startswith(tuple(asked.ids))
    ]
    return check(scenarios)


def check(scenarios: list[Scenario]) -> int:
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


def line(tried: Tried) -> str:
    """Sum up J of every work, safety/control."""
    names = dict.fromkeys(name for name, _ in tried)
    return ", ".join(
        f"{name} {tried[name, 'safety'].youden:.2f}/{tried[name, 'control'].youden:.2f}"
        for name in names
    )


if __name__ == "__main__":
    sys.exit(main())
