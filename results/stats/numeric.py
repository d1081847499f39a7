"""Small numerical tools; scipy.special alone, since scipy.stats and scipy.optimize load slowly."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import special

from unmask.results.stats.inputs import Floats


class Beta(NamedTuple):
    """A beta distribution; a = 0 is all its mass at 0 and b = 0 all its mass at 1."""

    a: float
    b: float

    def quantile(self, p: Floats) -> Floats:
        """Give the values below which the probabilities p lie."""
        if self.a <= 0:
            return np.zeros_like(p)
        if self.b <= 0:
            return np.ones_like(p)
        return np.asarray(special.betaincinv(self.a, self.b, p))

    def cdf(self, x: Floats) -> Floats:
        """Give the probabilities of values up to x."""
        inside = np.clip(x, 0, 1)
        if self.a <= 0:
            return np.where(x >= 0, 1.0, 0.0)
        if self.b <= 0:
            return np.where(x >= 1, 1.0, 0.0)
        return np.asarray(special.betainc(self.a, self.b, inside))


def normal_quantile(tail: float) -> float:
    """Give z with probability `tail` above it."""
    return -float(special.ndtri(tail))


def t_quantile(tail: float, df: float) -> float:
    """Give t with probability `tail` above it, at df degrees of freedom."""
    return -float(special.stdtrit(df, tail))


def root(f: Callable[[float], float], low: float, high: float) -> float:
    """Bisect to the place between low and high where f changes sign, to rounding error."""
    sign = f(low) > 0
    for _ in range(80):
        middle = (low + high) / 2
        if (f(middle) > 0) == sign:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def melded_quantile(
    p: float,
    inner: Beta,
    outer: tuple[Beta, Beta],
    solve: Callable[[float, Floats, Floats], Floats],
) -> float:
    """Quantile p in [0, 1] of a monotone function g of three independent betas.

    `solve(t, u, v)` says how large the inner variable may be for g <= t, at the outer values u and
    v. The two outer variables are integrated out by Gauss–Legendre quadrature on their quantile
    scale, so the answer needs no random numbers; its error is below 0.0001.
    """
    nodes, weights = _quadrature()
    u = outer[0].quantile(nodes)[:, None]
    v = outer[1].quantile(nodes)[None, :]

    def excess(t: float) -> float:
        return float(weights @ inner.cdf(solve(t, u, v)) @ weights) - p

    if excess(0.0) >= 0:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (low, middle) if excess(middle) >= 0 else (middle, high)
    return high


@cache
def _quadrature() -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(32)
    return (nodes + 1) / 2, weights / 2
