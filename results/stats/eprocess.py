"""Evidence that may be looked at after every scenario: betting on scenario means.

Scenarios must come in random order and finish all their epochs before they count; the mean of one
is then a fresh number in [0, 1] whatever the correlation within it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from unmask.results.stats.inputs import Floats, unit_interval
from unmask.results.stats.intervals import Interval

_BETS = 12


class LogEvidence(NamedTuple):
    """Natural logs of the e-values after 0, 1, 2, … scenarios; both start at 0 (an e-value of 1).

    An e-value of 1/alpha or more, at any time, refutes with an error rate of at most alpha.
    """

    below: Floats
    """Evidence that the rate lies below the threshold."""
    above: Floats
    """Evidence that the rate lies above the threshold."""


def e_process(xbar: npt.ArrayLike, threshold: float) -> LogEvidence:
    """Bet on scenario means against a rate equal to the threshold, mixing over twelve stakes.

    Waudby-Smith & Ramdas (2024, JRSS-B 86:1), capital process with constant bets, averaged.

    Args:
        xbar: means of finished scenarios in [0, 1], in the random order in which they were run.
        threshold: rate strictly between 0 and 1.
    """
    means = unit_interval(xbar, "scenario means")
    if not 0 < threshold < 1:
        raise ValueError(f"threshold must be a rate strictly between 0 and 1, found {threshold}")
    stakes_below = np.linspace(0.1, 0.99, _BETS) / (1 - threshold)
    stakes_above = np.linspace(0.02, 0.99, _BETS) ** 2 / threshold
    return LogEvidence(
        _log_capital(means - threshold, -stakes_below),
        _log_capital(means - threshold, stakes_above),
    )


def e_process_pass_steps(xbar: npt.ArrayLike, threshold: float, alpha: float) -> int | None:
    """Scenarios until the evidence for a rate below the threshold reaches 1/alpha, or None."""
    return _first_reach(e_process(xbar, threshold).below, alpha)


def e_process_fail_steps(xbar: npt.ArrayLike, threshold: float, alpha: float) -> int | None:
    """Scenarios until the evidence for a rate above the threshold reaches 1/alpha, or None."""
    return _first_reach(e_process(xbar, threshold).above, alpha)


def betting_log_martingale(x: npt.ArrayLike, mean: float, alpha: float = 0.05) -> Floats:
    """Log of the hedged capital against one mean, with predictable empirical-Bernstein bets.

    Waudby-Smith & Ramdas (2024), eq. 26 and section 4.4: half the capital bets upwards, half
    downwards, bets cut at half of what would risk ruin, and the larger half counts.
    """
    values = unit_interval(x, "values")
    bets = _predictable_bets(values, alpha)
    with np.errstate(divide="ignore"):
        up = np.minimum(bets, np.divide(0.5, mean))
        down = np.minimum(bets, np.divide(0.5, 1 - mean))
    capital_up = np.cumsum(np.log1p(up * (values - mean)))
    capital_down = np.cumsum(np.log1p(-down * (values - mean)))
    return np.asarray(np.maximum(capital_up, capital_down) + np.log(0.5))


def betting_cs_prpl_eb(x: npt.ArrayLike, alpha: float = 0.05, breaks: int = 2000) -> Interval:
    """Confidence sequence at its last time: all means whose hedged capital stays within 1/alpha.

    The grid of `breaks` means is widened by one step on each side, so the limits are never short.
    """
    values = unit_interval(x, "values")
    means = np.linspace(0, 1, breaks + 1)
    kept = [m for m in means if betting_log_martingale(values, m, alpha)[-1] <= -np.log(alpha)]
    if not kept:
        return Interval(0.0, 1.0)
    return Interval(max(0.0, float(kept[0]) - 1 / breaks), min(1.0, float(kept[-1]) + 1 / breaks))


def _log_capital(gains: Floats, stakes: Floats) -> Floats:
    paths = np.cumsum(np.log1p(stakes[:, None] * gains[None, :]), axis=1)
    mixed = special.logsumexp(paths, axis=0) - np.log(len(stakes))
    return np.concatenate([[0.0], mixed])


def _first_reach(log_values: Floats, alpha: float) -> int | None:
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie strictly between 0 and 1, found {alpha}")
    reached = np.flatnonzero(log_values >= -np.log(alpha))
    return int(reached[0]) if reached.size else None


def _predictable_bets(values: Floats, alpha: float) -> Floats:
    """Bets from the past alone, started by one imagined value of mean 1/2 and variance 1/4."""
    t = np.arange(1, len(values) + 1)
    mean = (0.5 + np.cumsum(values)) / (t + 1)
    variance = (0.25 + np.cumsum((values - mean) ** 2)) / (t + 1)
    before = np.concatenate([[0.25], variance[:-1]])
    return np.asarray(np.sqrt(2 * np.log(2 / alpha) / (t * np.log1p(t) * before)))
