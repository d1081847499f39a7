"""Intervals for paired single samples: right only with one sample per scenario on each side.

The four cells count pairs: a both events, b the first side only, c the second side only, d neither.
"""

from __future__ import annotations

from math import sqrt

from unmask.results.stats.difference import mover, score_limits
from unmask.results.stats.intervals import Interval, wilson


def tango(a: int, b: int, c: int, d: int, conf: float = 0.95) -> Interval:
    """Score interval of (b - c) / n (Tango 1998, Stat Med 17:891)."""
    n = _pairs(a, b, c, d)

    def variance(delta: float) -> float:
        linear = -b - c + (2 * n - b + c) * delta
        constant = -c * delta * (1 - delta)
        q21 = (sqrt(max(0.0, linear**2 - 8 * n * constant)) - linear) / (4 * n)
        return max(0.0, 2 * q21 + delta * (1 - delta)) / n

    return score_limits((b - c) / n, variance, conf)


def newcombe_paired_square_and_add(a: int, b: int, c: int, d: int, conf: float = 0.95) -> Interval:
    """Square-and-add Wilson limits with corrected phi (Newcombe 1998, Stat Med 17:2635)."""
    n = _pairs(a, b, c, d)
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    cross = float(a * d - b * c)
    if cross > 0:
        cross = max(cross - n / 2, 0)
    phi = cross / sqrt(margins) if margins else 0.0
    first, second = wilson(a + b, n, conf), wilson(a + c, n, conf)
    return mover((a + b) / n, first, (a + c) / n, second, phi)


def _pairs(*cells: int) -> int:
    if min(cells) < 0 or sum(cells) == 0:
        raise ValueError(f"the four cells must be counts of at least one pair, found {cells}")
    return sum(cells)
