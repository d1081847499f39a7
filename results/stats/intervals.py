"""Intervals for one proportion of independent samples."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

from scipy import special

from unmask.results.stats.inputs import level, proportion
from unmask.results.stats.numeric import normal_quantile


class Interval(NamedTuple):
    """Two-sided limits, in the unit of the quantity (for rates: fractions in [0, 1])."""

    low: float
    high: float


def wilson(x: float, n: float, conf: float = 0.95) -> Interval:
    """Score interval of x events in n independent samples (Wilson 1927, JASA 22:209)."""
    proportion(x, n)
    z = normal_quantile(level(conf))
    p = x / n
    centre = x + z * z / 2
    half = z * sqrt(n * p * (1 - p) + z * z / 4)
    low = 0.0 if x == 0 else (centre - half) / (n + z * z)
    high = 1.0 if x == n else (centre + half) / (n + z * z)
    return Interval(low, high)


def wilson_cc(x: float, n: float, conf: float = 0.95) -> Interval:
    """Score interval with continuity correction (Newcombe 1998, Stat Med 17:857, method 4)."""
    proportion(x, n)
    z = normal_quantile(level(conf))
    p, q, square = x / n, 1 - x / n, z * z
    below = z * sqrt(max(0.0, square - 2 - 1 / n + 4 * p * (n * q + 1)))
    above = z * sqrt(max(0.0, square + 2 - 1 / n + 4 * p * (n * q - 1)))
    low = 0.0 if x == 0 else (2 * n * p + square - 1 - below) / (2 * (n + square))
    high = 1.0 if x == n else (2 * n * p + square + 1 + above) / (2 * (n + square))
    return Interval(max(0.0, low), min(1.0, high))


def clopper_pearson(x: float, n: float, conf: float = 0.95) -> Interval:
    """Exact interval by tail inversion (Clopper & Pearson 1934, Biometrika 26:404).

    Takes fractional counts, so that it serves effective sample sizes (Korn & Graubard 1998).
    """
    proportion(x, n)
    tail = level(conf)
    low = 0.0 if x == 0 else float(special.betaincinv(x, n - x + 1, tail))
    high = 1.0 if x == n else float(special.betaincinv(x + 1, n - x, 1 - tail))
    return Interval(low, high)


def jeffreys(x: float, n: float, conf: float = 0.95) -> Interval:
    """Equal-tailed Beta(x + 1/2, n - x + 1/2) interval (Brown, Cai & DasGupta 2001).

    The limit at x = 0 is 0 and at x = n is 1, as that paper's section 4.1.2 has it.
    """
    proportion(x, n)
    tail = level(conf)
    low = 0.0 if x == 0 else float(special.betaincinv(x + 0.5, n - x + 0.5, tail))
    high = 1.0 if x == n else float(special.betaincinv(x + 0.5, n - x + 0.5, 1 - tail))
    return Interval(low, high)
