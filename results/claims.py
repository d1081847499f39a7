"""Limits that a rule can rest on: whatever the missing samples and the judge's errors hide. Pure.

Limits of a rule are the outer ones of two pairs: the raw ones with every missing sample as bad, or
as good, as it could be; and the same corrected for the judge's errors.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from unmask.results.calibration import Calibration
from unmask.results.delta import Counts
from unmask.results.stats import (
    correction_refusal,
    diff_ci_default,
    mean_ci,
    melded_prevalence,
    newcombe_diff,
    rate_ci_default,
    worst_case,
    worst_case_difference,
)
from unmask.results.stats.inputs import Floats
from unmask.results.stats.intervals import Interval


@dataclass(frozen=True, slots=True)
class Claim:
    """An estimate and its limits, in the unit of the measure."""

    estimate: float
    """Raw, over the graded samples."""
    raw: Interval
    """Worst-case limits as read."""
    corrected: Interval | None
    """Worst-case limits corrected for the judge's errors; None where none is made."""
    refusal: str | None
    """Why a correction that was asked for can't be made."""
    scenarios: int
    """Scenarios with a graded sample."""
    level: float
    icc: float = 0.0
    rate: bool = False
    """A rate, rather than a difference or a mean."""

    @property
    def low(self) -> float:
        """The lower limit that a fail needs above its threshold."""
        return self.raw.low if self.corrected is None else self.corrected.low

    @property
    def high(self) -> float:
        """The upper limit that a pass needs below its threshold."""
        return self.raw.high if self.corrected is None else max(self.raw.high, self.corrected.high)


def rate_claim(counts: Counts, calibration: Calibration | None, level: float) -> Claim:
    """Bound a rate.

    Args:
        counts: Of a measure of kind `rate`, with at least one graded sample.
        calibration: Of the judge that read them; None where nothing is to be corrected.
        level: Two-sided confidence level.
    """
    asked = counts.scored + counts.missing > 0
    y, m, absent = (a[asked] for a in (counts.events, counts.scored, counts.missing))
    seen = m > 0
    alone = rate_ci_default(y[seen], m[seen], level)
    worst = worst_case(y, m, absent, level)
    raw = Interval(worst.low, worst.high)
    claim = Claim(alone.rate, raw, None, None, int(seen.sum()), level, alone.icc, rate=True)
    if calibration is None:
        return claim
    refusal = correction_refusal(*calibration.counts)
    if refusal is not None:
        return replace(claim, refusal=refusal)
    benign, harmful = (
        rate_ci_default(y, m + absent, level),
        rate_ci_default(y + absent, m + absent, level),
    )
    limits = [
        melded_prevalence(each.rate * each.n_eff, each.n_eff, *calibration.counts, level)
        for each in (alone, benign, harmful)
    ]
    corrected = Interval(min(low for low, _ in limits), max(high for _, high in limits))
    if corrected.high == 0:
        refusal = (
            f"calibration contradicts these samples: {alone.rate:.1%} flagged, fewer than the "
            f"false alarms that it found ({calibration.fp} of {calibration.n_neg})"
        )
        return replace(claim, refusal=refusal)
    return replace(claim, corrected=corrected)


def rate_difference(a: Counts, b: Counts, calibration: Calibration | None, level: float) -> Claim:
    """Bound rate a - rate b, paired by scenario, both read by one judge.

    A judge that errs alike on both sides shrinks their difference by Se + Sp - 1 and its false
    alarms cancel; so the corrected limits are the raw ones divided by that, at whichever end of
    its own interval (Newcombe 1998) takes them further out.

    Args:
        a: First side, with the same scenarios as `b` in the same order.
        b: Second side. Some scenario is graded on both.
        calibration: Of the judge; None where nothing is to be corrected.
        level: Two-sided confidence level.
    """
    seen = (a.scored > 0) & (b.scored > 0)
    asked = (a.scored + a.missing > 0) & (b.scored + b.missing > 0)
    alone = diff_ci_default(
        a.events[seen], a.scored[seen], b.events[seen], b.scored[seen], True, level
    )
    raw = worst_case_difference(
        (a.events[asked], a.scored[asked], a.missing[asked]),
        (b.events[asked], b.scored[asked], b.missing[asked]),
        True,
        level,
    )
    claim = Claim(alone.estimate, raw, None, None, int(seen.sum()), level)
    if calibration is None:
        return claim
    tp, n_pos, fp, n_neg = calibration.counts
    refusal = correction_refusal(tp, n_pos, fp, n_neg)
    least, most = (0.0, 0.0) if refusal else newcombe_diff(tp, n_pos, fp, n_neg, level)
    if refusal is None and least <= 0:
        refusal = (
            f"too few exemplars ({n_pos:g} and {n_neg:g}) to say that the judge tells them apart"
        )
    if refusal is not None:
        return replace(claim, refusal=refusal)
    corrected = Interval(
        max(-1.0, raw.low / (most if raw.low > 0 else least)),
        min(1.0, raw.high / (least if raw.high > 0 else most)),
    )
    return replace(claim, corrected=corrected)


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """Mean effect by scenario: as seen (NaN where nothing was), at least and at most."""

    scenarios: tuple[str, ...]
    value: Floats
    least: Floats
    most: Floats
    bounds: tuple[float, float]


def effects(counts: Counts) -> Effects:
    """Turn counts of a mean into effects, every missing sample at one bound, then at the other."""
    total = counts.scored + counts.missing
    kept = total > 0

    def filled(bound: float) -> Floats:
        return np.asarray((counts.sums + bound * counts.missing)[kept] / total[kept])

    names = tuple(name for name, keep in zip(counts.scenarios, kept, strict=True) if keep)
    low, high = counts.bounds
    return Effects(names, counts.means[kept], filled(low), filled(high), counts.bounds)


def minus(a: Effects, b: Effects) -> Effects:
    """Subtract effects, paired by scenario; scenarios of one side only are left out."""
    both = sorted(set(a.scenarios) & set(b.scenarios))
    i, j = ([side.scenarios.index(name) for name in both] for side in (a, b))
    return Effects(
        tuple(both),
        a.value[i] - b.value[j],
        a.least[i] - b.most[j],
        a.most[i] - b.least[j],
        (a.bounds[0] - b.bounds[1], a.bounds[1] - b.bounds[0]),
    )


def effect_claim(found: Effects, level: float) -> Claim | None:
    """Bound the mean of effects over scenarios; None where no scenario has one."""
    seen = ~np.isnan(found.value)
    if not seen.any():
        return None
    alone = mean_ci(found.value[seen], level, found.bounds)
    low, high = (mean_ci(each, level, found.bounds) for each in (found.least, found.most))
    raw = Interval(min(alone.low, low.low), max(alone.high, high.high))
    return Claim(alone.estimate, raw, None, None, alone.scenarios, level)
