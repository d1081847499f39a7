"""A measure of two sets of rows, scenario by scenario, and the difference between them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from unmask.results.columns import place_codes
from unmask.results.measures import ABSENT, Kind, Measure
from unmask.results.stats import diff_ci_default, diff_p_value, mean_difference_ci
from unmask.results.stats.bounds import worst_case_difference
from unmask.results.stats.inputs import Floats, Ints
from unmask.results.stats.intervals import Interval
from unmask.results.stats.linear import p_by_inversion

PAIRED = "MOVER on the default limits, paired by scenario"
UNPAIRED = "MOVER on the default limits, r = 0"
MEANS = "Student t over paired scenario differences"


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """A measure of some rows by scenario; arrays in the order of the names."""

    kind: Kind
    bounds: tuple[float, float]
    scenarios: tuple[str, ...]
    events: Ints
    """Samples with the event; 0 throughout for means."""
    scored: Ints
    missing: Ints
    """Samples that could have had a value and have none."""
    sums: Floats
    """Sum of the values of the scored samples."""
    reasons: dict[str, int]
    """Why samples have no value."""

    @property
    def means(self) -> Floats:
        """Mean value by scenario, NaN where nothing was scored."""
        return np.where(self.scored > 0, self.sums / np.maximum(self.scored, 1), np.nan)

    def among(self, kept: npt.NDArray[np.bool_]) -> Counts:
        """Keep some of the scenarios."""
        return replace(
            self,
            scenarios=tuple(np.asarray(self.scenarios, dtype=object)[kept]),
            events=self.events[kept],
            scored=self.scored[kept],
            missing=self.missing[kept],
            sums=self.sums[kept],
        )


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a difference."""

    samples: int
    scored: int
    """Scored samples that the difference rests on."""
    events: int | None
    """Null for means."""
    rate: float | None
    """Over samples for rates, over scenario means for means; null where nothing was scored."""
    missing: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """First side minus second, with limits; null throughout where a side has no value."""

    first: Side
    second: Side
    scenarios: int
    """Scenarios that the estimate rests on: those of both sides if paired, else of the smaller."""
    estimate: float | None
    low: float | None
    high: float | None
    worst_low: float | None
    """Lower limit whatever the missing samples would have shown."""
    worst_high: float | None
    p_value: float | None
    """1 less the highest level at which the interval leaves 0 out; if paired, at least 2^(1-d) for
    d scenarios that differ, the least that any test by flipping their signs could give."""
    method: str
    reason: str | None
    """Why there is no estimate."""


def count(rows: pd.DataFrame, measure: Measure, by: str = "scenario") -> Counts:
    """Count a measure by scenario, or by another column that names the unit of independence."""
    values = measure.read(rows)
    codes, names = pd.factorize(rows[by].to_numpy(dtype=np.object_), sort=True)
    scored = ~np.isnan(values.value)
    gap = ~scored & (values.reason != ABSENT)

    def tally(weights: npt.NDArray[np.float64] | npt.NDArray[np.bool_]) -> Floats:
        return np.bincount(codes, weights.astype(np.float64), len(names)).astype(np.float64)

    known = np.where(scored, values.value, 0.0)
    events = known if measure.kind == "rate" else 0 * known
    return Counts(
        measure.kind,
        measure.bounds,
        tuple(str(name) for name in names),
        tally(events).astype(np.int64),
        tally(scored).astype(np.int64),
        tally(gap).astype(np.int64),
        tally(known),
        dict(sorted(Counter(str(each) for each in values.reason[~scored]).items())),
    )


def shared(
    a: pd.DataFrame, b: pd.DataFrame, on: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame, int, int]:
    """Keep the rows whose key the other side has too; count what is left out of each."""
    left, right = place_codes(a, b, on=on)
    keep_a, keep_b = np.isin(left, right), np.isin(right, left)
    return _kept(a, keep_a), _kept(b, keep_b), int((~keep_a).sum()), int((~keep_b).sum())


def _kept(rows: pd.DataFrame, keep: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Leave out rows, if any: a copy of all takes as long as what is worked out from it."""
    return rows if keep.all() else rows[keep]


def delta(
    first: pd.DataFrame,
    second: pd.DataFrame,
    measure: Measure,
    level: float = 0.95,
    *,
    paired: bool = True,
    by: str = "scenario",
) -> Delta:
    """Take the difference of a measure between two sets of rows.

    Args:
        first: Rows of the first side.
        second: Rows of the second side, which is subtracted.
        measure: What is measured; means are differenced paired only.
        level: Two-sided confidence level.
        paired: Pair by scenario; rows of scenarios that one side lacks are then left out.
        by: The column that names the scenario.
    """
    if paired:
        first, second, _, _ = shared(first, second, [by])
    a, b = count(first, measure, by), count(second, measure, by)
    seen_a, seen_b = a.scored > 0, b.scored > 0
    if paired:
        seen_a = seen_b = seen_a & seen_b
    one, two = _side(a, seen_a), _side(b, seen_b)
    method = MEANS if measure.kind == "mean" else PAIRED if paired else UNPAIRED
    if not (seen_a.any() and seen_b.any()):
        return Delta(
            first=one,
            second=two,
            scenarios=0,
            estimate=None,
            low=None,
            high=None,
            worst_low=None,
            worst_high=None,
            p_value=None,
            method=method,
            reason=_why_none(one, two),
        )
    take = _means if measure.kind == "mean" else _rates
    estimate, limits, worst, p_value = take(a, b, a.among(seen_a), b.among(seen_b), level, paired)
    return Delta(
        first=one,
        second=two,
        scenarios=int(min(seen_a.sum(), seen_b.sum())),
        estimate=estimate,
        low=limits.low,
        high=limits.high,
        worst_low=worst.low,
        worst_high=worst.high,
        p_value=p_value,
        method=method,
        reason=None,
    )


def _side(counts: Counts, seen: npt.NDArray[np.bool_]) -> Side:
    used = counts.among(seen)
    scored, events = int(used.scored.sum()), int(used.events.sum())
    is_rate = counts.kind == "rate"
    rate = (events / scored if is_rate else float(used.means.mean())) if scored else None
    samples = int(counts.scored.sum()) + sum(counts.reasons.values())
    return Side(samples, scored, events if is_rate else None, rate, counts.reasons)


_Found = tuple[float, Interval, Interval, float]


def _rates(
    a: Counts, b: Counts, seen_a: Counts, seen_b: Counts, level: float, paired: bool
) -> _Found:
    graded = (seen_a.events, seen_a.scored, seen_b.events, seen_b.scored)
    found = diff_ci_default(*graded, paired, level)
    limits = worst = Interval(found.low, found.high)
    if a.missing.any() or b.missing.any():
        asked_a, asked_b = (each.scored + each.missing > 0 for each in (a, b))
        if paired:
            asked_a = asked_b = asked_a & asked_b
        left, right = a.among(asked_a), b.among(asked_b)
        worst = worst_case_difference(
            (left.events, left.scored, left.missing),
            (right.events, right.scored, right.missing),
            paired,
            level,
        )
    if found.estimate == 0:
        return 0.0, limits, worst, 1.0
    least = _least_p(seen_a.means - seen_b.means) if paired else 0.0
    return found.estimate, limits, worst, max(least, diff_p_value(*graded, paired))


def _means(
    a: Counts, b: Counts, seen_a: Counts, seen_b: Counts, level: float, paired: bool
) -> _Found:
    if not paired:
        raise ValueError("differences of means are taken over paired scenarios only")

    def limits_at(conf: float) -> Interval:
        found = mean_difference_ci(seen_a.means, seen_b.means, conf, a.bounds)
        return Interval(found.low, found.high)

    limits = worst = limits_at(level)
    asked = (a.scored + a.missing > 0) & (b.scored + b.missing > 0)
    if a.missing.any() or b.missing.any():
        low, high = (
            mean_difference_ci(_filled(a, x)[asked], _filled(b, y)[asked], level, a.bounds)
            for x, y in (a.bounds, a.bounds[::-1])
        )
        worst = Interval(min(limits.low, low.low), max(limits.high, high.high))
    estimate = float((seen_a.means - seen_b.means).mean())
    if estimate == 0:
        return 0.0, limits, worst, 1.0
    least = _least_p(seen_a.means - seen_b.means)
    return estimate, limits, worst, max(least, p_by_inversion(limits_at))


def _least_p(differences: Floats) -> float:
    """Few scenarios prove little, however alike they are: the least p of a sign-flip test."""
    return float(min(1.0, 2.0 ** (1 - np.count_nonzero(differences))))


def _filled(counts: Counts, value: float) -> Floats:
    """Scenario means with every missing sample at one value."""
    total = counts.scored + counts.missing
    return np.asarray((counts.sums + value * counts.missing) / np.maximum(total, 1))


def _why_none(first: Side, second: Side) -> str:
    for name, each in (("first", first), ("second", second)):
        if not each.scored and each.missing:
            reasons = ", ".join(f"{n} {why}" for why, n in each.missing.items())
            return f"nothing to compare on the {name} side: {reasons}"
    return "no scenario was scored on both sides"
