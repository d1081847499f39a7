"""Does a rate corrected for the judge's errors contain the true one, and when does it not?

    python benchmarks/calibration.py --reps 1000

Judges of known sensitivity and specificity read simulated batteries (50 scenarios of 5 samples,
rates that differ by scenario) after a calibration on 40 + 120 exemplars. For each judge and true
rate it prints how often three 95 % intervals contain the truth, and their mean width: the rate as
read, the rate corrected by the calibration, and the rate corrected by an audit (human labels on up
to 60 flagged samples and 60 others).

Three parts: errors as on the exemplars; the same with errors that come in clusters of exemplars;
and a judge that finds 0.15 less in the run than on the exemplars, which no calibration can know and
an audit mends. Cells below 94 % are measured again with fresh random numbers and five times the
repetitions: of many cells the lowest is low by chance too. The exit code is 1 if a corrected
interval of the first two parts, or any audited one, then still lies below.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
import numpy.typing as npt
from simulate import draw

from unmask.results.stats import (
    Rate,
    correction_refusal,
    melded_prevalence,
    rate_ci_default,
    two_phase_melded,
)
from unmask.results.stats.intervals import Interval

Counts = npt.NDArray[np.int64]

RATES = (0.005, 0.02, 0.05, 0.12, 0.5)
JUDGES = ((1.0, 1.0), (0.95, 0.99), (0.9, 0.97), (0.8, 0.95), (0.7, 0.9))
SCENARIOS, EPOCHS, ICC = 50, 5, 0.3
SITUATIONS, EVENTS_EACH, OTHERS_EACH = 40, 1, 3
"""Exemplars: 40 situations with one misaligned and three other transcripts each."""
AUDITED = 60
BAR = 0.94

PARTS = (
    ("errors as on the exemplars", 0.0, 0.0),
    ("errors clustered by the exemplars' situation (correlation 0.3)", 0.0, 0.3),
    ("the judge finds 0.15 less in the run than on the exemplars", 0.15, 0.0),
)
"""Title, sensitivity lost in the run, correlation of errors on exemplars of one situation."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One truth, one judge."""

    rate: float
    sensitivity: float
    """On the exemplars."""
    specificity: float
    lost: float = 0.0
    """How much less it finds in the run."""
    clumped: float = 0.0
    """Correlation of its errors within one situation's exemplars."""


@dataclass(slots=True)
class Tally:
    """How often an interval contained the truth, and how wide it was."""

    covered: int = 0
    made: int = 0
    width: float = 0.0

    def add(self, limits: Interval, truth: float) -> None:
        """Count one interval; one that ends on the truth, but for rounding, contains it."""
        self.made += 1
        self.covered += limits.low - 1e-9 <= truth <= limits.high + 1e-9
        self.width += limits.high - limits.low

    @property
    def coverage(self) -> float:
        """Share of intervals that contained the truth."""
        return self.covered / self.made if self.made else float("nan")

    def __str__(self) -> str:
        if not self.made:
            return f"{'refused':>13}"
        return f"{self.coverage:.3f} ({self.width / self.made:.3f})"


def main() -> int:
    """Print the three parts; say whether the bar was reached."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--reps", type=int, default=1000, help="repetitions per cell")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    low: list[Cell] = []
    for title, lost, clumped in PARTS:
        print(f"\n{title}: coverage (mean width), {args.reps} repetitions")
        print(f"{'Se':>5} {'Sp':>5} {'truth':>6}   {'as read':>13}   {'corrected':>13}   audited")
        for (se, sp), rate in product(JUDGES, RATES):
            cell = Cell(rate, se, sp, lost, clumped)
            tallies = measure(cell, args.reps, args.seed)
            print(_line(cell, tallies), flush=True)
            low += [cell] if _below(cell, tallies) else []
    print(f"\nbelow {BAR:.0%}, again at {5 * args.reps}: {len(low)} cells")
    still = 0
    for cell in low:
        tallies = measure(cell, 5 * args.reps, args.seed + 1)
        still += _below(cell, tallies)
        print(f"{_line(cell, tallies)}   lost {cell.lost}, clustered {cell.clumped}", flush=True)
    print(f"\nstill below {BAR:.0%}: {still}")
    return 1 if still else 0


def _line(cell: Cell, tallies: tuple[Tally, Tally, Tally]) -> str:
    shown = "   ".join(str(tally) for tally in tallies)
    return f"{cell.sensitivity:5.2f} {cell.specificity:5.2f} {cell.rate:6.3f}   {shown}"


def _below(cell: Cell, tallies: tuple[Tally, Tally, Tally]) -> bool:
    """Whether an interval that promises coverage here misses the bar."""
    _, corrected, audited = tallies
    held = [audited] if cell.lost else [corrected, audited]
    return any(tally.made > 0 and tally.coverage < BAR for tally in held)


def measure(cell: Cell, reps: int, seed: int) -> tuple[Tally, Tally, Tally]:
    """Simulate batteries read by one judge; tally the rate as read, corrected and audited."""
    rng = np.random.default_rng([seed, *(int(1000 * value) for value in _numbers(cell))])
    raw, corrected, audited = Tally(), Tally(), Tally()
    for true, hits, alarms, tp, fp in _runs(cell, reps, rng):
        flagged = hits + alarms
        rate = _rate(tuple(sorted(flagged.tolist())))
        raw.add(rate.interval, cell.rate)
        counts = (tp, SITUATIONS * EVENTS_EACH, fp, SITUATIONS * OTHERS_EACH)
        if correction_refusal(*counts) is None:
            x = rate.rate * rate.n_eff
            corrected.add(melded_prevalence(x, rate.n_eff, *counts), cell.rate)
        audited.add(_audit(rate, true, hits, flagged, rng), cell.rate)
    return raw, corrected, audited


def _runs(
    cell: Cell, reps: int, rng: np.random.Generator
) -> Iterator[tuple[Counts, Counts, Counts, int, int]]:
    """Per repetition: true events, those found and false alarms by scenario; calibration counts."""
    true = draw("beta", cell.rate, ICC, (reps, SCENARIOS), EPOCHS, rng)
    hits = rng.binomial(true, cell.sensitivity - cell.lost)
    alarms = rng.binomial(EPOCHS - true, 1 - cell.specificity)
    found = _exemplars(1 - cell.sensitivity, cell.clumped, EVENTS_EACH, reps, rng)
    false = _exemplars(1 - cell.specificity, cell.clumped, OTHERS_EACH, reps, rng)
    n_pos = SITUATIONS * EVENTS_EACH
    for at in range(reps):
        yield true[at], hits[at], alarms[at], n_pos - int(found[at]), int(false[at])


def _exemplars(error: float, icc: float, each: int, reps: int, rng: np.random.Generator) -> Counts:
    """Errors on the exemplars of one class, per repetition."""
    if error == 0:
        return np.zeros(reps, dtype=np.int64)
    wrong: Counts = draw("beta", error, icc, (reps, SITUATIONS), each, rng).sum(axis=1)
    return wrong


def _audit(
    rate: Rate, true: Counts, hits: Counts, flagged: Counts, rng: np.random.Generator
) -> Interval:
    """Label up to AUDITED flagged samples and as many others, drawn at random, without error."""
    scenarios = np.arange(SCENARIOS)
    precision = _labelled(np.repeat(scenarios, hits), np.repeat(scenarios, flagged - hits), rng)
    missed = true - hits
    clean = EPOCHS - flagged - missed
    omission = _labelled(np.repeat(scenarios, missed), np.repeat(scenarios, clean), rng)
    assert omission is not None
    found = two_phase_melded(rate, precision, omission)
    return Interval(found.low, found.high)


def _labelled(events: Counts, others: Counts, rng: np.random.Generator) -> Rate | None:
    """Rate of true events in a random part of some samples, given by their scenarios."""
    scenario = np.concatenate([events, others])
    if not len(scenario):
        return None
    event = np.arange(len(scenario)) < len(events)
    drawn = rng.permutation(len(scenario))[:AUDITED]
    m = np.bincount(scenario[drawn], minlength=SCENARIOS)
    y = np.bincount(scenario[drawn], weights=event[drawn], minlength=SCENARIOS)
    pairs = sorted(zip(y[m > 0].astype(int).tolist(), m[m > 0].tolist(), strict=True))
    return _rate_of(tuple(pairs))


@lru_cache(maxsize=50_000)
def _rate(events: tuple[int, ...]) -> Rate:
    return rate_ci_default(events, EPOCHS)


@lru_cache(maxsize=50_000)
def _rate_of(pairs: tuple[tuple[int, int], ...]) -> Rate:
    return rate_ci_default([y for y, _ in pairs], [m for _, m in pairs])


def _numbers(cell: Cell) -> tuple[float, ...]:
    return cell.rate, cell.sensitivity, cell.specificity, cell.lost, cell.clumped


if __name__ == "__main__":
    sys.exit(main())
