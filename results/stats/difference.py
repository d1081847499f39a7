"""Intervals for a difference of two rates: independent samples, and scenarios by MOVER."""

from __future__ import annotations

from collections.abc import Callable
from math import acos, copysign, cos, exp, log, pi, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from unmask.results.stats.icc import Prior
from unmask.results.stats.inputs import Ints, level, proportion, scenario_counts
from unmask.results.stats.intervals import Interval, wilson
from unmask.results.stats.numeric import normal_quantile, root
from unmask.results.stats.rate import rate_ci_default


class Difference(NamedTuple):
    """First rate minus second, in [-1, 1], with limits and the correlation that was used."""

    estimate: float
    low: float
    high: float
    correlation: float


def diff_ci_default(
    y1: npt.ArrayLike,
    m1: npt.ArrayLike,
    y2: npt.ArrayLike,
    m2: npt.ArrayLike,
    paired: bool = True,
    conf: float = 0.95,
    prior: Prior = (1, 2),
) -> Difference:
    """Rate 1 - rate 2 by MOVER on the default limits (Zou & Donner 2008, Stat Med 27:1693, eq. 4).

    Args:
        y1: events per scenario on the first side.
        m1: graded samples per scenario on the first side, or one number for all.
        y2: events on the second side; if paired, in the same order of scenarios.
        m2: graded samples on the second side.
        paired: the sides share their scenarios. The correlation of the scenario rates then narrows
            the interval; it is clipped to [0, 1 - 1/k²] for k scenarios, so that noise can't widen,
            reverse or annul it, and is 0 for two or fewer, or where one side does not vary.
        conf: two-sided level.
        prior: beta parameters of the ICC.

    Raises:
        ValueError: if a side has no graded samples, or paired sides differ in their scenarios.
    """
    sides = _sides(y1, m1, y2, m2, paired)
    return _at_level(*sides, _correlation(*sides) if paired else 0.0, conf, prior)


def diff_p_value(
    y1: npt.ArrayLike,
    m1: npt.ArrayLike,
    y2: npt.ArrayLike,
    m2: npt.ArrayLike,
    paired: bool = True,
    prior: Prior = (1, 2),
) -> float:
    """Two-sided p-value of no difference: 1 less the highest level whose interval leaves out 0.

    The inversion of `diff_ci_default`, so the two never disagree; for Holm's adjustment. At least
    1e-6, and 1 from 0.999 on. Arguments and errors as there.
    """
    sides = _sides(y1, m1, y2, m2, paired)
    r = _correlation(*sides) if paired else 0.0

    def leaves_out_zero(log_p: float) -> bool:
        found = _at_level(*sides, r, 1 - exp(log_p), prior)
        return found.low > 0 or found.high < 0

    least, most = log(1e-6), log(0.999)
    if not leaves_out_zero(most):
        return 1.0
    if leaves_out_zero(least):
        return 1e-6
    for _ in range(30):
        middle = (least + most) / 2
        least, most = (least, middle) if leaves_out_zero(middle) else (middle, most)
    return exp(most)


def mover(rate1: float, limits1: Interval, rate2: float, limits2: Interval, r: float) -> Interval:
    """Limits of rate 1 - rate 2 from the limits of each, at correlation r (Zou & Donner 2008)."""

    def reach(s: float, t: float) -> float:
        return sqrt(max(0.0, s * s - 2 * r * s * t + t * t))

    d = rate1 - rate2
    low = d - reach(rate1 - limits1.low, limits2.high - rate2)
    high = d + reach(limits1.high - rate1, rate2 - limits2.low)
    return Interval(max(-1.0, low), min(1.0, high))


def newcombe_diff(x1: float, n1: float, x2: float, n2: float, conf: float = 0.95) -> Interval:
    """Square-and-add Wilson limits (Newcombe 1998, Stat Med 17:873, method 10)."""
    proportion(x1, n1)
    proportion(x2, n2)
    return mover(x1 / n1, wilson(x1, n1, conf), x2 / n2, wilson(x2, n2, conf), 0.0)


def miettinen_nurminen(x1: int, n1: int, x2: int, n2: int, conf: float = 0.95) -> Interval:
    """Score interval with the factor N/(N-1) in the variance (Miettinen & Nurminen 1985)."""
    proportion(x1, n1)
    proportion(x2, n2)
    return _score(x1, n1, x2, n2, conf, (n1 + n2) / (n1 + n2 - 1))


def mee(x1: int, n1: int, x2: int, n2: int, conf: float = 0.95) -> Interval:
    """Score interval without that factor (Mee 1984, Biometrics 40:1175)."""
    proportion(x1, n1)
    proportion(x2, n2)
    return _score(x1, n1, x2, n2, conf, 1.0)


def score_limits(d: float, variance: Callable[[float], float], conf: float) -> Interval:
    """Differences delta at which (d - delta)² reaches z² · variance(delta), on both sides of d."""
    square = normal_quantile(level(conf)) ** 2
    # Just beside d, where the variance may vanish although the limit lies further out.
    step = 1e-10

    def excess(delta: float) -> float:
        return (d - delta) ** 2 - square * variance(delta)

    low = root(excess, -1.0, d - step) if d - step > -1 else -1.0
    high = root(excess, d + step, 1.0) if d + step < 1 else 1.0
    return Interval(low, high)


def _score(x1: int, n1: int, x2: int, n2: int, conf: float, factor: float) -> Interval:
    def variance(delta: float) -> float:
        p2 = _restricted(x1, n1, x2, n2, delta)
        p1 = min(1.0, max(0.0, p2 + delta))
        return factor * (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)

    return score_limits(x1 / n1 - x2 / n2, variance, conf)


def _restricted(x1: int, n1: int, x2: int, n2: int, delta: float) -> float:
    """Most likely rate 2 given rate 1 - rate 2 = delta: root of Miettinen & Nurminen's cubic."""
    n, x = n1 + n2, x1 + x2
    l2 = (n1 + 2 * n2) * delta - n - x
    l1 = (n2 * delta - n - 2 * x2) * delta + x
    l0 = x2 * delta * (1 - delta)
    q = (l2 / (3 * n)) ** 3 - l1 * l2 / (6 * n * n) + l0 / (2 * n)
    p = copysign(sqrt(max(0.0, (l2 / (3 * n)) ** 2 - l1 / (3 * n))), q)
    angle = (pi + acos(min(1.0, max(-1.0, q / p**3)))) / 3 if p**3 != 0 else pi / 2
    rate = 2 * p * cos(angle) - l2 / (3 * n)
    return min(rate, 1.0, 1.0 - delta) if rate > max(0.0, -delta) else max(0.0, -delta)


_Side = tuple[Ints, Ints]
"""Events and graded samples by scenario."""


def _sides(
    y1: npt.ArrayLike, m1: npt.ArrayLike, y2: npt.ArrayLike, m2: npt.ArrayLike, paired: bool
) -> tuple[_Side, _Side]:
    first, second = scenario_counts(y1, m1), scenario_counts(y2, m2)
    if paired and len(first[0]) != len(second[0]):
        raise ValueError(
            f"paired sides must share their scenarios, found {len(first[0])} and {len(second[0])}: "
            "keep the scenarios both have, or compare with paired=False"
        )
    return first, second


def _at_level(first: _Side, second: _Side, r: float, conf: float, prior: Prior) -> Difference:
    a, b = (rate_ci_default(*side, conf, prior) for side in (first, second))
    limits = mover(a.rate, a.interval, b.rate, b.interval, r)
    return Difference(a.rate - b.rate, limits.low, limits.high, r)


def _correlation(first: _Side, second: _Side) -> float:
    u, v = (events / sizes for events, sizes in (first, second))
    if len(u) <= 2 or u.std() == 0 or v.std() == 0:
        return 0.0
    # A few scenarios can agree perfectly by chance; at r = 1 the interval can lose all its width.
    return float(np.clip(np.corrcoef(u, v)[0, 1], 0, 1 - 1 / len(u) ** 2))
