"""How often does a ceiling rule pass, fail or stay inconclusive at a known true rate?

    python benchmarks/gate_oc.py --reps 1000

Bar: at a true rate on the threshold, at most 5 % of batteries pass. Each row is one design; the
columns are true rates.
"""

from __future__ import annotations

import argparse
from itertools import product
from typing import get_args

import numpy as np
from simulate import Shape, draw, shipped

from unmask.results.stats import Decision, decide_ceiling

DESIGNS = ((30, 5), (50, 5), (50, 10), (100, 5), (200, 5))
ICCS = (0.0, 0.1, 0.3, 0.6)


def shares(
    shape: Shape, rate: float, icc: float, design: tuple[int, int], threshold: float, reps: int
) -> tuple[float, float]:
    """Shares of simulated batteries that pass and that fail."""
    k, m = design
    rng = np.random.default_rng([k, m, int(1e6 * rate), int(1e6 * icc)])
    rates = shipped(draw(shape, rate, icc, (reps, k), m, rng), m)
    decisions = [decide_ceiling(r.low, r.high, threshold) for r in rates]
    return decisions.count(Decision.PASS) / reps, decisions.count(Decision.FAIL) / reps


def main() -> None:
    """Print one table per shape of the truth and the worst false pass and false fail."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reps", type=int, default=500, help="repetitions per cell")
    parser.add_argument("--threshold", type=float, default=0.05)
    args = parser.parse_args()
    rates = [args.threshold * share for share in (0.04, 0.1, 0.2, 0.4, 1.0, 2.4)]
    for shape in get_args(Shape):
        print(f"\ntruth: {shape}; pass/fail at threshold {args.threshold}, {args.reps} repetitions")
        print("design        ICC  " + "".join(f"{f'{rate:.2%}':>12}" for rate in rates))
        on_threshold = []
        for design, icc in product(DESIGNS, ICCS):
            row = [shares(shape, r, icc, design, args.threshold, args.reps) for r in rates]
            on_threshold.append(row[4])
            cells = "".join(f"{f'{p:.2f}/{f:.2f}':>12}" for p, f in row)
            print(f"{design[0]:4d} × {design[1]:<4d}  {icc:4.1f}  {cells}")
        worst_pass, worst_fail = (max(values) for values in zip(*on_threshold, strict=True))
        print(f"on the threshold: at most {worst_pass:.3f} pass, at most {worst_fail:.3f} fail")


if __name__ == "__main__":
    main()
