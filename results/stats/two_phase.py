"""Rates corrected by an audit: human labels on flagged samples and on random unflagged ones.

The checkpoint's own samples are labelled, so nothing is assumed about the judge's errors elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from unmask.results.stats.inputs import Floats, level
from unmask.results.stats.intervals import Interval
from unmask.results.stats.numeric import Beta, melded_quantile
from unmask.results.stats.rate import Rate


@dataclass(frozen=True, slots=True)
class Audited:
    """The rate of true events: q · precision + (1 - q) · omission, with limits."""

    rate: float
    low: float
    high: float
    precision: float | None
    """True events among labelled flagged samples; None if none was labelled."""
    omission: float
    """True events among labelled unflagged samples."""
    level: float


def two_phase_melded(flagged: Rate, precision: Rate | None, omission: Rate) -> Audited:
    """Melded limits: each of the three rates by its conservative confidence distribution.

    Two-phase (double) sampling as in Tenenbein (1970, JASA 65:1350), limits by the melding of
    Fay, Proschan & Brittain (2015, Biometrics 71:146). All counts enter at their effective sizes,
    so samples of one scenario are not counted as independent.

    Args:
        flagged: rate of samples the judge flagged, over all graded samples.
        precision: rate of true events among the labelled flagged samples (all, or a random
            part); None if nothing was flagged.
        omission: rate of true events among the labelled unflagged samples, drawn at random.

    Raises:
        ValueError: if samples were flagged and none of them labelled.
    """
    rates = _rates(flagged, precision, omission)
    low = [Beta(x, n - x + 1) for x, n in rates]
    high = [Beta(x + 1, n - x) for x, n in rates]
    return _audited(flagged, precision, omission, low, high)


def two_phase_jeffreys(flagged: Rate, precision: Rate | None, omission: Rate) -> Audited:
    """Equal-tailed posterior limits with a Beta(1/2, 1/2) prior on each rate.

    Narrower than the melded limits and less safe: for reports, not for gates. Arguments and errors
    as in `two_phase_melded`.
    """
    posterior = [Beta(x + 0.5, n - x + 0.5) for x, n in _rates(flagged, precision, omission)]
    return _audited(flagged, precision, omission, posterior, posterior)


def _rates(flagged: Rate, precision: Rate | None, omission: Rate) -> list[tuple[float, float]]:
    if precision is None and flagged.events > 0:
        raise ValueError(
            f"{flagged.events} samples were flagged and none of them labelled: label some first"
        )
    counts = [(rate.rate * rate.n_eff, rate.n_eff) for rate in (flagged, omission)]
    unknown = (0.0, 0.0)
    labelled = unknown if precision is None else (precision.rate * precision.n_eff, precision.n_eff)
    return [counts[0], labelled, counts[1]]


def _audited(
    flagged: Rate, precision: Rate | None, omission: Rate, low: list[Beta], high: list[Beta]
) -> Audited:
    tail = level(flagged.level)
    limits = Interval(_quantile(tail, low), _quantile(1 - tail, high))
    q = flagged.rate
    point = q * (precision.rate if precision else 0.0) + (1 - q) * omission.rate
    return Audited(
        rate=point,
        low=min(limits.low, point),
        high=max(limits.high, point),
        precision=precision.rate if precision else None,
        omission=omission.rate,
        level=flagged.level,
    )


def _quantile(p: float, rates: list[Beta]) -> float:
    def largest_omission(t: float, q: Floats, precision: Floats) -> Floats:
        return (t - q * precision) / (1 - q)

    return melded_quantile(p, rates[2], (rates[0], rates[1]), largest_omission)
