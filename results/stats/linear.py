"""Sums of independent estimates with given limits, and p-values read off intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp, log, sqrt

from unmask.results.stats.intervals import Interval


def linear_ci(
    weights: Sequence[float], estimates: Sequence[float], limits: Sequence[Interval]
) -> Interval:
    """Limits of the sum of w·θ from the limits of each independent θ.

    Zou, Huang & Zhang (2009, Comput Stat Data Anal 53:1080), MOVER for a linear function: each part
    reaches as far as its own limit on the side that counts, and reaches add in squares. With the
    weights 1 and -1 it is the difference of `mover` without correlation. Limits are not clipped.

    Args:
        weights: any numbers, such as 1/J for a mean of J rates.
        estimates: the point estimates.
        limits: their limits, all of one confidence level.

    Raises:
        ValueError: for no parts, or lists of unequal length.
    """
    if not weights or not len(weights) == len(estimates) == len(limits):
        raise ValueError(
            "a sum needs a weight, an estimate and limits for each part; found "
            f"{len(weights)}, {len(estimates)} and {len(limits)}"
        )
    total = below = above = 0.0
    for weight, estimate, (low, high) in zip(weights, estimates, limits, strict=True):
        point, ends = weight * estimate, sorted((weight * low, weight * high))
        total += point
        below += (point - ends[0]) ** 2
        above += (ends[1] - point) ** 2
    return Interval(total - sqrt(below), total + sqrt(above))


def p_by_inversion(interval_at: Callable[[float], Interval]) -> float:
    """Two-sided p-value of 0: 1 less the highest level whose interval leaves 0 out.

    So interval and p-value never disagree. At least 1e-6, and 1 from 0.999 on.

    Args:
        interval_at: two-sided confidence level → limits, wider for higher levels.
    """

    def leaves_out_zero(log_p: float) -> bool:
        low, high = interval_at(1 - exp(log_p))
        return low > 0 or high < 0

    least, most = log(1e-6), log(0.999)
    if not leaves_out_zero(most):
        return 1.0
    if leaves_out_zero(least):
        return exp(least)
    for _ in range(30):
        middle = (least + most) / 2
        least, most = (least, middle) if leaves_out_zero(middle) else (middle, most)
    return exp(most)
