"""The rate of an event over scenarios like these, with the interval Unmask reports."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from unmask.results.stats.icc import Prior, posterior_icc
from unmask.results.stats.inputs import Ints, level, scenario_counts
from unmask.results.stats.intervals import Interval, clopper_pearson
from unmask.results.stats.numeric import t_quantile


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate with its limits; all rates are fractions in [0, 1], all sizes are samples."""

    events: int
    n: int
    """Graded samples."""
    clusters: int
    """Scenarios."""
    rate: float
    low: float
    high: float
    icc: float
    """Posterior mean of the intra-scenario correlation; 0 with one sample per scenario."""
    deff: float
    """Design effect: how many samples carry the information of one independent sample."""
    n_eff: float
    """Effective samples the limits rest on."""
    high_iid: float
    """Upper limit if all samples were independent."""
    high_worst: float
    """Upper limit if all samples of a scenario were copies (n_eff = clusters)."""
    level: float

    @property
    def interval(self) -> Interval:
        """The limits alone."""
        return Interval(self.low, self.high)


def rate_ci_default(
    events: npt.ArrayLike, sizes: npt.ArrayLike, conf: float = 0.95, prior: Prior = (1, 2)
) -> Rate:
    """Rate of y_i events in m_i graded samples of scenario i, for the population of scenarios.

    Clopper–Pearson at an effective sample size (Korn & Graubard 1998, Surv Methodol 24:193) whose
    design effect 1 + (sum m²/n - 1)·ICC takes the posterior ICC, not the design-based variance,
    which is 0 for rare events. Monotone guard: the upper limit is never below that of no events in
    the same scenarios, and the lower one never above that of all events.

    Args:
        events: y_i, whole numbers.
        sizes: m_i >= 1, or one number for all.
        conf: two-sided level.
        prior: beta parameters of the ICC, for those who fitted it to their own history.

    Raises:
        ValueError: if nothing was graded (the rate is undefined, not 0), or counts are impossible.
    """
    y, m = scenario_counts(events, sizes)
    level(conf)
    x, n, k = int(y.sum()), int(m.sum()), len(y)
    icc = _icc(tuple(y.tolist()), tuple(m.tolist()), (prior[0], prior[1])) if n > k else 0.0
    deff = 1 + (float((m * m).sum()) / n - 1) * icc
    n_eff = _effective(n, k, deff, conf)
    low, high = clopper_pearson(x / n * n_eff, n_eff, conf)
    guard = _zero_event_high(tuple(sorted(m.tolist())), conf, (prior[0], prior[1]))
    return Rate(
        events=x,
        n=n,
        clusters=k,
        rate=x / n,
        low=min(low, 1 - guard),
        high=max(high, guard),
        icc=icc,
        deff=deff,
        n_eff=n_eff,
        high_iid=clopper_pearson(x, n, conf).high,
        high_worst=clopper_pearson(k * x / n, k, conf).high,
        level=conf,
    )


def zero_event_high(sizes: npt.ArrayLike, conf: float = 0.95, prior: Prior = (1, 2)) -> float:
    """Upper limit of the rate at no events: the smallest rate these scenarios can rule out."""
    m = scenario_counts(np.zeros_like(np.asarray(sizes)), sizes)[1]
    level(conf)
    return _zero_event_high(tuple(sorted(m.tolist())), conf, (prior[0], prior[1]))


@lru_cache(maxsize=4096)
def _icc(events: tuple[int, ...], sizes: tuple[int, ...], prior: Prior) -> float:
    """Keep the ICC of counts: a p-value asks for the same one at thirty levels."""
    return posterior_icc(events, sizes, prior)


@lru_cache(maxsize=4096)
def _zero_event_high(sizes: tuple[int, ...], conf: float, prior: Prior) -> float:
    m: Ints = np.asarray(sizes, dtype=np.int64)
    n, k = int(m.sum()), len(m)
    icc = posterior_icc(np.zeros_like(m), m, prior) if n > k else 0.0
    deff = 1 + (float((m * m).sum()) / n - 1) * icc
    return clopper_pearson(0, _effective(n, k, deff, conf), conf).high


def _effective(n: int, k: int, deff: float, conf: float) -> float:
    """N / deff, less the Korn–Graubard factor for knowing the variance from k scenarios only."""
    if n == k or k == 1:
        return n / deff
    tail = level(conf)
    return min(n, n / deff * (t_quantile(tail, n - 1) / t_quantile(tail, k - 1)) ** 2)
