"""How alike the samples of one scenario are: the intra-scenario correlation (ICC)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import special

from unmask.results.stats.inputs import Floats, Ints, level, scenario_counts

Prior = tuple[float, float]

_MEANS, _ICCS = 400, 64


def icc_anova(events: npt.ArrayLike, sizes: npt.ArrayLike, conf: float = 0.95) -> float:
    """ICC from one-way analysis of variance (Fleiss 1981; Ridout et al. 1999); may be below 0.

    `conf` changes nothing; it stands here so that all functions of counts are called alike.

    Raises:
        ValueError: for fewer than two scenarios, one sample in each, or no variance at all: the
            data say nothing about the ICC then.
    """
    level(conf)
    y, m = scenario_counts(events, sizes)
    k, n = len(y), int(m.sum())
    if k < 2 or n == k:
        raise ValueError(
            f"the ICC needs at least two scenarios and one with two samples; "
            f"found {k} scenarios with {n} samples"
        )
    p = y.sum() / n
    between = float((m * (y / m - p) ** 2).sum()) / (k - 1)
    within = float((y * (1 - y / m)).sum()) / (n - k)
    size = (n - float((m * m).sum()) / n) / (k - 1)
    total = between + (size - 1) * within
    if total == 0:
        raise ValueError("all samples agree: the ICC cannot be estimated from them")
    return (between - within) / total


def posterior_icc(events: npt.ArrayLike, sizes: npt.ArrayLike, prior: Prior = (1, 2)) -> float:
    """Posterior mean of the ICC under a beta-binomial model, on a grid.

    Scenario rates are Beta with mean mu ~ Beta(1/2, 1/2) and ICC rho ~ Beta(*prior). The
    likelihood of y of m is a ratio of rising factorials, so only one table per count is needed.
    """
    y, m = scenario_counts(events, sizes)
    if not (prior[0] > 0 and prior[1] > 0):
        raise ValueError(f"both parameters of the ICC prior must be positive, found {prior}")
    shape = (float(prior[0]), float(prior[1]))
    log_likelihood: Floats = np.zeros((_MEANS, _ICCS))
    for count, times in _tally(y):
        log_likelihood += times * _log_rising(shape, count)
    for count, times in _tally(m - y):
        # The grid of means is symmetric: 1 - mu is the same table upside down.
        log_likelihood += times * _log_rising(shape, count)[::-1]
    for count, times in _tally(m):
        log_likelihood -= times * _log_rising_total(shape, count)
    weight = np.exp(log_likelihood - log_likelihood.max()).sum(axis=0)
    return float(weight @ _icc_grid(shape) / weight.sum())


def _tally(counts: Ints) -> list[tuple[int, int]]:
    values, times = np.unique(counts[counts > 0], return_counts=True)
    return list(zip(values.tolist(), times.tolist(), strict=True))


@lru_cache(maxsize=8)
def _icc_grid(prior: Prior) -> Floats:
    middle = (np.arange(_ICCS) + 0.5) / _ICCS
    return np.asarray(special.betaincinv(*prior, middle))


@lru_cache(maxsize=8)
def _precision(prior: Prior) -> Floats:
    icc = _icc_grid(prior)
    return (1 - icc) / icc


@lru_cache(maxsize=8)
def _alpha(prior: Prior) -> tuple[Floats, Floats]:
    mean = np.sin(np.pi / 2 * (np.arange(_MEANS) + 0.5) / _MEANS) ** 2
    alpha = mean[:, None] * _precision(prior)[None, :]
    return alpha, np.asarray(special.gammaln(alpha))


@lru_cache(maxsize=256)  # 200 kB each
def _log_rising(prior: Prior, count: int) -> Floats:
    alpha, start = _alpha(prior)
    return np.asarray(special.gammaln(alpha + count)) - start


@lru_cache(maxsize=256)
def _log_rising_total(prior: Prior, count: int) -> Floats:
    precision = _precision(prior)
    return np.asarray(special.gammaln(precision + count) - special.gammaln(precision))
