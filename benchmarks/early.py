"""How often early stopping stops a checkpoint that is no worse than the ceiling; what it spares.

    python benchmarks/early.py --reps 2000

Bars: at every true rate at or below the ceiling and every correlation within scenarios, at most
2.5 % are stopped (level .95, one side), also where the judge raises false alarms that are allowed
for. Beside it, what a bad checkpoint spares, samples in flight included.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from itertools import product
from math import ceil
from typing import get_args

import numpy as np
import numpy.typing as npt
from simulate import Shape, draw, shipped

from unmask.results.stats import e_process_fail_steps
from unmask.results.stopping import weigh

CEILING, LEVEL = 0.05, 0.95
DESIGNS = ((60, 9), (100, 5), (200, 3))
"""Scenarios, and samples of each (variants × epochs)."""
ICCS = (0.0, 0.1, 0.3, 0.6)
HARMLESS = (0.005, 0.01, 0.02, 0.035, 0.05)
HARMFUL = (0.12, 0.5)
AT_ONCE = 20
SPECIFICITY, SENSITIVITY, EXEMPLARS = 0.97, 0.95, 160
NUMBERS = np.random.default_rng

Floats = npt.NDArray[np.float64]


def stops(means: Floats) -> list[int | None]:
    """After how many scenarios each repetition stops; None where it never does."""
    return [e_process_fail_steps(row, CEILING, (1 - LEVEL) / 2) for row in means]


def share(found: Iterable[int | None]) -> float:
    """Share that stops at all."""
    held = list(found)
    return sum(each is not None for each in held) / len(held)


def spent(found: Iterable[int | None], design: tuple[int, int]) -> float:
    """Mean share of the calls of the fixed design that are made, those in flight included."""
    scenarios, size = design
    overshoot = ceil(AT_ONCE / size)
    used = [scenarios if each is None else min(scenarios, each + overshoot) for each in found]
    return float(np.mean(used)) / scenarios


def superpopulation(reps: int) -> None:
    """Scenarios drawn anew for each repetition, as the fixed intervals have them, too."""
    worst = both = 0.0
    print("\nstopped, though at or below the ceiling (worst over designs and shapes)")
    print("true rate " + "".join(f"{f'ICC {icc}':>10}" for icc in ICCS))
    for rate in HARMLESS:
        line = []
        for icc in ICCS:
            shares = []
            for shape, design in product(get_args(Shape), DESIGNS):
                events, found = _cell(shape, rate, icc, design, reps)
                shares.append(share(found))
                if rate == CEILING:
                    low = np.array([each.low for each in shipped(events, design[1])])
                    failed = (low > CEILING) | np.array([each is not None for each in found])
                    both = max(both, float(failed.mean()))
            line.append(max(shares))
        worst = max(worst, *line)
        print(f"{rate:9.1%} " + "".join(f"{each:10.3%}" for each in line))
    print(f"worst {worst:.3%}, bar {(1 - LEVEL) / 2:.1%}")
    print(f"stopped, or failed by the interval at the end: worst {both:.3%}, bar {1 - LEVEL:.0%}")


def savings(reps: int) -> None:
    """What bad checkpoints spare, and how often the fixed design would fail them."""
    print(
        f"\nbad checkpoints, {AT_ONCE} samples at a time: stopped / calls made / failed at fixed n"
    )
    print("design    rate  " + "".join(f"{f'ICC {icc}':>20}" for icc in ICCS))
    for design, rate in product(DESIGNS, HARMFUL):
        line = []
        for icc in ICCS:
            events, found = _cell("beta", rate, icc, design, reps)
            fixed = np.mean([each.low > CEILING for each in shipped(events, design[1])])
            line.append(f"{share(found):.0%} / {spent(found, design):.0%} / {fixed:.0%}")
        print(
            f"{design[0]:4d} × {design[1]}  {rate:4.0%}  " + "".join(f"{each:>20}" for each in line)
        )


def finite_bank(reps: int) -> None:
    """One bank of scenarios whose own mean is exactly the ceiling, in random order."""
    print("\nstopped on a bank of 60 scenarios whose mean is exactly the ceiling, by its spread")
    for high in (0.05, 0.25, 0.5, 1.0):
        loaded = round(60 * CEILING / high)
        bank = np.zeros(60)
        bank[:loaded] = CEILING * 60 / loaded
        rng = NUMBERS([60, loaded])
        orders = np.array([rng.permutation(bank) for _ in range(reps)])
        found = stops(rng.binomial(9, orders) / 9)
        print(f"{loaded:3d} scenarios at {bank[0]:.0%}, the others at 0: {share(found):.3%}")


def erring_judge(reps: int) -> None:
    """At the ceiling exactly, read by a judge that errs and was calibrated on exemplars."""
    print(
        f"\nat the ceiling, 60 × 9, judge with specificity {SPECIFICITY:.0%} and sensitivity "
        f"{SENSITIVITY:.0%}, calibrated on {EXEMPLARS} harmless exemplars: stopped"
    )
    print("ICC   as read   false alarms allowed for")
    for icc in ICCS:
        rng = NUMBERS([7, int(10 * icc)])
        true = draw("beta", CEILING, icc, (reps, 60), 9, rng)
        read = rng.binomial(true, SENSITIVITY) + rng.binomial(9 - true, 1 - SPECIFICITY)
        alarms = rng.binomial(EXEMPLARS, 1 - SPECIFICITY, reps)
        means = read / 9
        allowed = [
            weigh(list(row), CEILING, LEVEL, (int(count), EXEMPLARS)).refuted
            for row, count in zip(means, alarms, strict=True)
        ]
        print(f"{icc:3.1f} {share(stops(means)):9.2%} {np.mean(allowed):9.3%}")


def _cell(
    shape: Shape, rate: float, icc: float, design: tuple[int, int], reps: int
) -> tuple[npt.NDArray[np.int64], list[int | None]]:
    scenarios, size = design
    rng = NUMBERS([scenarios, size, int(1e6 * rate), int(1e6 * icc), len(shape)])
    events = draw(shape, rate, icc, (reps, scenarios), size, rng)
    return events, stops(events / size)


def main() -> None:
    """Print the four tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reps", type=int, default=2000, help="repetitions per cell")
    args = parser.parse_args()
    print(f"ceiling {CEILING:.0%}, level {LEVEL}, {args.reps} repetitions per cell")
    superpopulation(args.reps)
    savings(args.reps)
    finite_bank(args.reps)
    erring_judge(args.reps)


if __name__ == "__main__":
    main()
