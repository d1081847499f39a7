"""Design-based intervals for clustered samples: comparators of the default, not the default."""

from __future__ import annotations

from math import sqrt

import numpy.typing as npt

from unmask.results.stats.inputs import level, scenario_counts
from unmask.results.stats.intervals import Interval, clopper_pearson
from unmask.results.stats.numeric import t_quantile


def cluster_se_cr0_miller2024(
    events: npt.ArrayLike, sizes: npt.ArrayLike, conf: float = 0.95
) -> float:
    """Cluster-robust standard error of a rate without small-sample factor (Miller 2024, eq. 4).

    `conf` changes nothing; it stands here so that all functions of counts are called alike.
    """
    level(conf)
    y, m = scenario_counts(events, sizes)
    n = m.sum()
    return sqrt(float(((y - m * y.sum() / n) ** 2).sum())) / float(n)


def cluster_se_cr1_inspect(
    events: npt.ArrayLike, sizes: npt.ArrayLike, conf: float = 0.95
) -> float:
    """Cluster-robust standard error with factor k/(k-1), as Inspect's stderr(cluster=) has it.

    Raises:
        ValueError: for one scenario, whose variance cannot be estimated.
    """
    k = len(scenario_counts(events, sizes)[0])
    if k < 2:
        raise ValueError(f"a cluster-robust error needs at least two scenarios, found {k}")
    return cluster_se_cr0_miller2024(events, sizes, conf) * sqrt(k / (k - 1))


def cluster_robust_t(events: npt.ArrayLike, sizes: npt.ArrayLike, conf: float = 0.95) -> Interval:
    """Rate ± t(k-1) · CR1 (Liang & Zeger 1986); not clipped to [0, 1], empty at zero events."""
    y, m = scenario_counts(events, sizes)
    half = t_quantile(level(conf), len(y) - 1) * cluster_se_cr1_inspect(y, m)
    rate = float(y.sum() / m.sum())
    return Interval(rate - half, rate + half)


def korn_graubard_clopper_pearson(
    events: npt.ArrayLike, sizes: npt.ArrayLike, conf: float = 0.95
) -> Interval:
    """Clopper–Pearson at the design-based effective size (Korn & Graubard 1998, R's svyciprop).

    Where the design variance is 0 (no events, or all) the effective size is unknown and the number
    of scenarios, its floor, is used.
    """
    y, m = scenario_counts(events, sizes)
    tail, k, n = level(conf), len(y), int(m.sum())
    rate = float(y.sum() / n)
    variance = cluster_se_cr1_inspect(y, m) ** 2
    if variance == 0:
        return clopper_pearson(k * rate, k, conf)
    n_eff = rate * (1 - rate) / variance
    n_eff *= (t_quantile(tail, n - 1) / t_quantile(tail, k - 1)) ** 2 if n > 1 else 1
    return clopper_pearson(rate * n_eff, n_eff, conf)
