"""How much must be measured before a claim can be made at all."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor

from scipy import special

from unmask.results.stats.icc import Prior
from unmask.results.stats.inputs import level
from unmask.results.stats.intervals import clopper_pearson
from unmask.results.stats.rate import zero_event_high

_MOST_SCENARIOS = 20_000


def min_n_zero_to_c_events(threshold: float, alpha_one_sided: float, c: Sequence[int]) -> list[int]:
    """Independent samples needed so that at most c events still refute a rate at the threshold.

    The smallest n with P(X <= c | n, threshold) <= alpha, for each c (Wilks 1941).
    """
    _rate(threshold)
    level(alpha_one_sided)
    if any(count < 0 for count in c):
        raise ValueError(f"numbers of events must be at least 0, found {list(c)}")
    return [_smallest_n(threshold, alpha_one_sided, count) for count in c]


def smallest_certifiable_rate(
    scenarios: int, epochs: int, conf: float = 0.95, prior: Prior = (1, 2)
) -> float:
    """Upper limit at no events: no ceiling at or below it can pass with these scenarios.

    Args:
        scenarios: how many.
        epochs: samples in each; beyond a few they hardly help.
        conf: two-sided level.
        prior: beta parameters of the ICC.
    """
    if scenarios < 1 or epochs < 1:
        raise ValueError(f"at least one scenario and epoch, found {scenarios} × {epochs}")
    return zero_event_high([epochs] * scenarios, conf, prior)


def scenarios_needed(
    p_plan: float,
    icc: float,
    m: int,
    threshold: float,
    power: float = 0.8,
    conf: float = 0.95,
    prior: Prior = (1, 2),
) -> int | None:
    """Smallest number of scenarios at which a ceiling passes with the given power.

    Two conditions: Clopper–Pearson on k·m / (1 + (m-1)·ICC) samples passes with that power at the
    true rate, and the default interval passes at no events (it is more cautious about the ICC).

    Args:
        p_plan: the true rate to plan for.
        icc: intra-scenario correlation to plan for.
        m: samples per scenario.
        threshold: the ceiling.
        power: chance of passing, as a fraction.
        conf: two-sided level of the gate.
        prior: beta parameters of the ICC in the default interval.

    Returns:
        The number, or None if the rate is not below the ceiling or 20,000 would not do.
    """
    _rate(threshold)
    if not 0 <= p_plan <= 1 or not 0 <= icc <= 1 or m < 1 or not 0 < power < 1:
        raise ValueError(f"impossible plan: rate {p_plan}, ICC {icc}, m {m}, power {power}")
    if p_plan >= threshold:
        return None
    k = _enough_power(p_plan, m / (1 + (m - 1) * icc), threshold, power, conf)
    return None if k is None else max(k, _enough_at_zero(m, threshold, conf, prior, k))


def _enough_power(
    p_plan: float, per_scenario: float, threshold: float, power: float, conf: float
) -> int | None:
    passing = 0  # the first count of events that would not pass
    for k in range(2, _MOST_SCENARIOS + 1):
        n = k * per_scenario
        while passing <= n and clopper_pearson(passing, n, conf).high < threshold:
            passing += 1
        if passing and special.bdtr(passing - 1, floor(n), p_plan) >= power:
            return k
    return None


def _enough_at_zero(m: int, threshold: float, conf: float, prior: Prior, start: int) -> int:
    def passes(k: int) -> bool:
        return smallest_certifiable_rate(k, m, conf, prior) < threshold

    if passes(start):
        return start
    fails, works = start, 2 * start
    while not passes(works):
        fails, works = works, 2 * works
    while works - fails > 1:
        middle = (fails + works) // 2
        fails, works = (fails, middle) if passes(middle) else (middle, works)
    return works


def _smallest_n(threshold: float, alpha: float, c: int) -> int:
    fails, works = c, 2 * c + 1
    while special.bdtr(c, works, threshold) > alpha:
        fails, works = works, 2 * works
    while works - fails > 1:
        middle = (fails + works) // 2
        enough = special.bdtr(c, middle, threshold) <= alpha
        fails, works = (fails, middle) if enough else (middle, works)
    return works


def _rate(threshold: float) -> None:
    if not 0 < threshold < 1:
        raise ValueError(f"threshold must be a rate strictly between 0 and 1, found {threshold}")
