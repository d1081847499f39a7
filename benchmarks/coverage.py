"""How often do 95 % intervals contain the true rate? The shipped one, beside Inspect's and others.

    python benchmarks/coverage.py --reps 1000

Bar: the shipped interval covers at least 94 % on average and 92 % in every cell. The lowest cell of
many is low by chance too, so the lowest ones are measured again with fresh random numbers and five
times the repetitions; the bar is judged on those.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple, cast, get_args

import numpy as np
import numpy.typing as npt
from inspect_ai.scorer import SampleScore, Score, ci_wilson
from scipy import special
from simulate import Shape, draw, shipped

Counts = npt.NDArray[np.int64]
Limits = npt.NDArray[np.float64]
RATES = (0.001, 0.005, 0.01, 0.02, 0.05, 0.12, 0.3, 0.5)
SCENARIOS = (10, 20, 30, 50)
EPOCHS = (1, 5, 10, 20)
ICCS = (0.0, 0.1, 0.3, 0.6)
TAIL = 0.025


class Cell(NamedTuple):
    """One simulated design."""

    shape: Shape
    rate: float
    scenarios: int
    epochs: int
    icc: float


def cells(shape: Shape) -> Iterator[Cell]:
    """All designs; with one epoch the correlation has no effect, so it is left at 0."""
    for rate, k, m, icc in product(RATES, SCENARIOS, EPOCHS, ICCS):
        if m > 1 or icc == 0:
            yield Cell(shape, rate, k, m, icc)


def shipped_limits(events: Counts, epochs: int, rng: np.random.Generator) -> Limits:
    """The interval Unmask reports."""
    return np.array([rate.interval for rate in shipped(events, epochs)])


def inspect_wilson(events: Counts, epochs: int, rng: np.random.Generator) -> Limits:
    """Inspect's ci_wilson(cluster=), written for whole arrays; `check_inspect` compares the two."""
    k = events.shape[1]
    n = k * epochs
    p = events.sum(axis=1) / n
    deviation = ((events - epochs * p[:, None]) ** 2).sum(axis=1)
    variance = deviation / n**2 * k / (k - 1)
    usable = (p * (1 - p) > 0) & (variance > 0)
    n_eff = np.where(usable, np.minimum(p * (1 - p) / np.where(usable, variance, 1), n), n)
    t = -special.stdtrit(k - 1, TAIL)
    centre = (p + t**2 / (2 * n_eff)) / (1 + t**2 / n_eff)
    half = t * np.sqrt(p * (1 - p) / n_eff + (t / (2 * n_eff)) ** 2) / (1 + t**2 / n_eff)
    return np.stack([np.maximum(centre - half, 0), np.minimum(centre + half, 1)], axis=1)


def bootstrap(events: Counts, epochs: int, rng: np.random.Generator) -> Limits:
    """Percentile bootstrap of whole scenarios; the 400 resamples serve all repetitions."""
    k = events.shape[1]
    weights = rng.multinomial(k, np.full(k, 1 / k), 400) / (k * epochs)
    means = weights @ events.T
    return np.asarray(np.quantile(means, [TAIL, 1 - TAIL], axis=0).T)


METHODS: dict[str, Callable[[Counts, int, np.random.Generator], Limits]] = {
    "shipped": shipped_limits,
    "inspect ci_wilson(cluster=)": inspect_wilson,
    "cluster percentile bootstrap": bootstrap,
}


def measure(cell: Cell, reps: int, seed: int, methods: list[str]) -> dict[str, tuple[float, float]]:
    """Coverage and mean width of each method in one cell."""
    rng = np.random.default_rng([seed, abs(hash(cell[1:])) % 2**32])
    events = draw(cell.shape, cell.rate, cell.icc, (reps, cell.scenarios), cell.epochs, rng)
    result = {}
    for name in methods:
        limits = METHODS[name](events, cell.epochs, rng)
        # An interval that ends on the truth, but for rounding, contains it.
        inside = (limits[:, 0] <= cell.rate + 1e-12) & (limits[:, 1] >= cell.rate - 1e-12)
        result[name] = (float(inside.mean()), float((limits[:, 1] - limits[:, 0]).mean()))
    return result


def check_inspect(rng: np.random.Generator) -> None:
    """Stop if the array version of Inspect's interval differs from Inspect's own."""
    for k, m, rate in ((10, 5, 0.2), (20, 10, 0.05), (6, 3, 0.0)):
        events = draw("beta", rate, 0.3 if rate else 0.0, (1, k), m, rng)
        scores = [
            SampleScore(score=Score(value=float(e < y)), sample_metadata={"scenario": str(i)})
            for i, y in enumerate(events[0].tolist())
            for e in range(m)
        ]
        metric = cast(
            Callable[[list[SampleScore]], dict[str, float]], ci_wilson(cluster="scenario")
        )
        own = metric(scores)
        np.testing.assert_allclose(
            inspect_wilson(events, m, rng)[0], [own["lower"], own["upper"]], atol=1e-9
        )


def main() -> None:
    """Print coverage per method, the lowest cells, and those cells measured again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reps", type=int, default=500, help="repetitions per cell")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shape", choices=get_args(Shape), default="beta")
    parser.add_argument("--again", type=int, default=12, help="lowest cells measured again")
    args = parser.parse_args()
    check_inspect(np.random.default_rng(args.seed))
    table = {c: measure(c, args.reps, args.seed, list(METHODS)) for c in cells(args.shape)}
    print(f"{len(table)} cells, truth: {args.shape}, {args.reps} repetitions, nominal 95 %\n")
    print(f"{'method':30} {'mean':>7} {'min':>7} {'width':>7}   lowest cell")
    for name in METHODS:
        covers = {c: row[name][0] for c, row in table.items()}
        lowest = min(covers, key=lambda c: covers[c])
        width = np.mean([row[name][1] for row in table.values()])
        mean = np.mean(list(covers.values()))
        print(f"{name:30} {mean:7.4f} {covers[lowest]:7.4f} {width:7.4f}   {_words(lowest)}")
    print(f"\nlowest {args.again} cells of the shipped interval, again at {5 * args.reps}:")
    for cell in sorted(table, key=lambda c: table[c]["shipped"][0])[: args.again]:
        again = measure(cell, 5 * args.reps, args.seed + 1, ["shipped"])["shipped"][0]
        print(f"  {table[cell]['shipped'][0]:.4f} -> {again:.4f}   {_words(cell)}")


def _words(cell: Cell) -> str:
    return f"rate {cell.rate}, {cell.scenarios} scenarios × {cell.epochs}, ICC {cell.icc}"


if __name__ == "__main__":
    main()
