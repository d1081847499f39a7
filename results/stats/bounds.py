"""What missing samples could hide: worst-case limits, and the gate's decision on them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from unmask.results.stats.difference import Difference, diff_ci_default
from unmask.results.stats.icc import Prior
from unmask.results.stats.inputs import Ints, whole
from unmask.results.stats.intervals import Interval
from unmask.results.stats.rate import rate_ci_default


class Decision(StrEnum):
    """What a rule of the gate comes to."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


class GateDecision(NamedTuple):
    """A decision and the worst-case limits it rests on."""

    decision: Decision
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class WorstCase:
    """Limits that hold whatever the missing samples would have shown."""

    rate_low: float
    """The rate if no missing sample were an event."""
    rate_high: float
    """The rate if every missing sample were an event."""
    low: float
    high: float


def worst_case(
    y: npt.ArrayLike,
    m: npt.ArrayLike,
    missing: npt.ArrayLike,
    conf: float = 0.95,
    prior: Prior = (1, 2),
) -> WorstCase:
    """Lower limit with all missing samples benign, upper with all of them events (Manski 1989).

    Neither limit lies inside that of the graded samples alone: missing samples never narrow.

    Args:
        y: events per scenario.
        m: graded samples per scenario; 0 is allowed here.
        missing: samples per scenario that were asked for and have no outcome.
        conf: two-sided level.
        prior: beta parameters of the ICC.

    Raises:
        ValueError: if there is no sample at all, or counts are impossible.
    """
    events, graded, absent = _attempts(y, m, missing)
    attempts = graded + absent
    benign = rate_ci_default(events, attempts, conf, prior)
    harmful = rate_ci_default(events + absent, attempts, conf, prior)
    low, high = benign.low, harmful.high
    seen = graded > 0
    if seen.any():
        alone = rate_ci_default(events[seen], graded[seen], conf, prior)
        low, high = min(low, alone.low), max(high, alone.high)
    return WorstCase(benign.rate, harmful.rate, low, high)


def worst_case_difference(
    first: tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike],
    second: tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike],
    paired: bool = True,
    conf: float = 0.95,
    prior: Prior = (1, 2),
) -> Interval:
    """Limits of rate 1 - rate 2 whatever the missing samples of either side would have shown.

    As in `worst_case`, never narrower than the graded samples alone.

    Args:
        first: events, graded and missing samples per scenario.
        second: the same of the other side; if paired, in the same order of scenarios.
        paired: the sides share their scenarios.
        conf: two-sided level.
        prior: beta parameters of the ICC.
    """
    y1, m1, absent1 = _attempts(*first, drop_empty=False)
    y2, m2, absent2 = _attempts(*second, drop_empty=False)

    def against(extra1: Ints, extra2: Ints) -> Difference:
        return diff_ci_default(
            y1 + extra1, m1 + absent1, y2 + extra2, m2 + absent2, paired, conf, prior
        )

    found = [against(0 * absent1, absent2), against(absent1, 0 * absent2)]
    seen1, seen2 = m1 > 0, m2 > 0
    if paired:
        seen1 = seen2 = seen1 & seen2
    if seen1.any() and seen2.any():
        found.append(
            diff_ci_default(y1[seen1], m1[seen1], y2[seen2], m2[seen2], paired, conf, prior)
        )
    return Interval(min(d.low for d in found), max(d.high for d in found))


def gate(
    y: npt.ArrayLike,
    m: npt.ArrayLike,
    missing: npt.ArrayLike,
    threshold: float,
    conf: float = 0.95,
    prior: Prior = (1, 2),
) -> GateDecision:
    """Decide on a ceiling: pass or fail only if no outcome of the missing samples could undo it."""
    if not 0 < threshold < 1:
        raise ValueError(f"threshold must be a rate strictly between 0 and 1, found {threshold}")
    limits = worst_case(y, m, missing, conf, prior)
    return GateDecision(decide_ceiling(limits.low, limits.high, threshold), limits.low, limits.high)


def decide_ceiling(low: float, high: float, threshold: float) -> Decision:
    """Pass if the whole interval lies below the threshold, fail if above, else inconclusive."""
    if high < threshold:
        return Decision.PASS
    return Decision.FAIL if low > threshold else Decision.INCONCLUSIVE


def _attempts(
    y: npt.ArrayLike, m: npt.ArrayLike, missing: npt.ArrayLike, *, drop_empty: bool = True
) -> tuple[Ints, Ints, Ints]:
    events = whole(y, "events")
    graded, absent = (
        np.broadcast_to(whole(given, name), events.shape)
        for given, name in ((m, "graded samples"), (missing, "missing samples"))
    )
    if (events < 0).any() or (events > graded).any() or (absent < 0).any():
        raise ValueError("events must lie between 0 and the graded samples, missing at least 0")
    asked = graded + absent > 0
    if not asked.any():
        raise ValueError("no samples were asked for: there is nothing to decide on")
    if not drop_empty:
        return events, graded, absent
    return events[asked], graded[asked], absent[asked]
