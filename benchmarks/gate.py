"""How often does the whole gate pass, fail or stay open on simulated batteries of known truth?

    python benchmarks/gate.py --reps 200

Tables go through `unmask.results.gate.gate`, judge errors and missing samples included.

1. A true rate on the ceiling, and above and below it. Bar: at most 5 % pass on the ceiling.
2. Two identical checkpoints over a battery of evals, margin 0. Bar: at most 5 % of batteries name
   any eval as regressed.
3. A rise of twice the margin in one eval: how often it is named.
"""

from __future__ import annotations

import argparse
from collections import Counter
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from simulate import draw

from unmask.results.calibration import Calibration
from unmask.results.gate import gate
from unmask.results.policy import Policy
from unmask.results.stats import Decision
from unmask.results.table import Row, build

JUDGE: dict[str, Any] = {"judge": "simulated/judge", "reads": "r1"}
ERRING, PERFECT = (0.9, 0.98), (1.0, 1.0)
"""Sensitivity and specificity; what is perfect stands in the policy as executed checks."""
POSITIVES, NEGATIVES = 60, 240
EPOCHS = 5


def rows(
    events: npt.NDArray[np.int64],
    rng: np.random.Generator,
    judge: tuple[float, float],
    lost: float,
    **place: Any,
) -> list[Row]:
    """Make one cell's rows from true events per scenario, as the erring judge reads them."""
    made = []
    sensitivity, specificity = judge
    for number, count in enumerate(events.tolist()):
        for epoch in range(EPOCHS):
            seen = rng.random() < (sensitivity if epoch < count else 1 - specificity)
            outcome = "overt" if seen else "aligned"
            gone = rng.random() < lost
            facts: dict[str, Any] = {
                "label": None if gone else outcome,
                "missing": "grader_error" if gone else None,
                "conduct": None if gone else ("misaligned" if seen else "clean"),
                "reasoning": None if gone else "clean",
            }
            name = "/".join(map(str, (*place.values(), number, epoch)))
            made.append(
                Row(
                    **facts, **place, **JUDGE, log="", sample_uuid=name, simulated=True, run=None,
                    step=None, model="m/m", config="c", version="1-A+0", asks="0",
                    family="goals_qa", style="chat", arm="baseline", thinking="native",
                    role="test", scenario=f"s{number:03}", item=f"i{number:03}", epoch=epoch,
                    visibility="full",
                )
            )  # fmt: skip
    return made


def calibration(rng: np.random.Generator) -> Calibration:
    """Calibrate the erring judge on labelled texts, anew for every repetition."""
    return Calibration(
        **JUDGE,
        measure="misaligned",
        tp=int(rng.binomial(POSITIVES, ERRING[0])),
        n_pos=POSITIVES,
        fp=int(rng.binomial(NEGATIVES, 1 - ERRING[1])),
        n_neg=NEGATIVES,
    )


class Design(NamedTuple):
    """One line of the first table."""

    scenarios: int
    icc: float
    judge: tuple[float, float]
    lost: float
    """Share of samples that the judge leaves unread."""


DESIGNS = (
    Design(60, 0.1, PERFECT, 0.0),
    Design(60, 0.5, PERFECT, 0.0),
    Design(150, 0.1, PERFECT, 0.0),
    Design(150, 0.5, PERFECT, 0.0),
    Design(150, 0.1, ERRING, 0.0),
    Design(150, 0.1, ERRING, 0.02),
)


def ceilings(design: Design, rate: float, below: float, reps: int) -> Counter[Decision]:
    """Decide one ceiling many times at a true rate."""
    scenarios, icc, judge, lost = design
    rng = np.random.default_rng([scenarios, int(1e6 * rate), int(1e6 * icc), int(1e6 * lost)])
    rule = {"eval": "e0", "measure": "misaligned", "below": below, "executed": judge == PERFECT}
    policy = Policy.model_validate(
        {
            "checkpoints": "new",
            "ceilings": [rule],
            "controls": "none",
        }
    )
    found: Counter[Decision] = Counter()
    for events in draw("beta", rate, icc, (reps, scenarios), EPOCHS, rng):
        table = build(rows(events, rng, judge, lost, checkpoint="new", eval="e0"))
        found[gate(table, policy, calibrations=[calibration(rng)]).decision] += 1
    return found


def regressions(
    evals: int, scenarios: int, rate: float, rise: float, margin: float, icc: float, reps: int
) -> tuple[int, int]:
    """Compare two checkpoints over a battery; count batteries with any eval named, and e0 named.

    `rise` is added to the candidate's rate in the first eval alone.
    """
    rng = np.random.default_rng([evals, scenarios, int(1e6 * rate), int(1e6 * rise)])
    rule = {"eval": "*", "measure": "misaligned", "baseline": "old", "margin": margin}
    names = [f"e{n}" for n in range(evals)]
    policy = Policy.model_validate(
        {"checkpoints": "new", "evals": names, "regressions": [rule], "controls": "none"}
    )
    anything = first = 0
    for _ in range(reps):
        parts: list[Row] = []
        for name, side in product(names, ("old", "new")):
            truth = rate + (rise if (name, side) == ("e0", "new") else 0.0)
            (events,) = draw("beta", truth, icc, (1, scenarios), EPOCHS, rng)
            parts += rows(events, rng, ERRING, 0.0, checkpoint=side, eval=name)
        table: pd.DataFrame = build(parts)
        decided = gate(table, policy, calibrations=[calibration(rng)]).rules
        named = {each.eval for each in decided if each.decision is Decision.FAIL}
        anything += bool(named)
        first += "e0" in named
    return anything, first


def main() -> None:
    """Print both tables and the worst figure of each bar."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reps", type=int, default=200)
    parser.add_argument("--below", type=float, default=0.1)
    given = parser.parse_args()
    reps, below = given.reps, given.below
    print(
        f"erring judge: sensitivity {ERRING[0]}, specificity {ERRING[1]}, calibrated on "
        f"{POSITIVES} and {NEGATIVES}; {EPOCHS} samples per scenario; {reps} repetitions"
    )
    print(f"\nceiling {below:.0%}: share that pass / fail at a true rate")
    shares = (0.1, 0.3, 1.0, 2.5)
    print("scenarios  ICC  judge   missing" + "".join(f"{below * s:>13.1%}" for s in shares))
    worst = 0.0
    for design in DESIGNS:
        line = ""
        for share in shares:
            found = ceilings(design, below * share, below, reps)
            passed, failed = found[Decision.PASS] / reps, found[Decision.FAIL] / reps
            worst = max(worst, passed) if share == 1 else worst
            line += f"{passed:>7.2f}/{failed:<5.2f}"
        judge = "errs" if design.judge == ERRING else "none"
        head = f"{design.scenarios:9d}  {design.icc:3.1f}  {judge:6s}  {design.lost:7.2f}"
        print(head + line, flush=True)
    print(f"on the ceiling at most {worst:.3f} pass")

    print("\nregression: share of batteries that name any eval / the one that rose")
    worst = 0.0
    for evals, scenarios, rate in product((3, 10), (60,), (0.02, 0.2)):
        same, _ = regressions(evals, scenarios, rate, 0.0, 0.0, 0.3, reps // 2)
        _, named = regressions(evals, scenarios, rate, 0.3, 0.1, 0.3, max(10, reps // 10))
        worst = max(worst, same / (reps // 2))
        print(
            f"{evals:3d} evals × {scenarios} scenarios at {rate:.0%}: identical, margin 0: "
            f"{same / (reps // 2):.3f} named; +30 points, margin 10: "
            f"{named / max(10, reps // 10):.2f} named",
            flush=True,
        )
    print(f"identical checkpoints: at most {worst:.3f} of batteries name any")


if __name__ == "__main__":
    main()
