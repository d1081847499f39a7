"""Rates corrected for a judge's errors, from its sensitivity and specificity on labelled texts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

import numpy as np

from unmask.results.stats.inputs import Floats, level, proportion
from unmask.results.stats.intervals import Interval
from unmask.results.stats.numeric import Beta, melded_quantile, normal_quantile
from unmask.results.stats.rate import Rate

LEAST_YOUDEN = 0.3
"""Below this Se + Sp - 1 a judge says too little about the truth for a correction."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """A rate corrected for judge error, if its errors carry over to these samples."""

    rate: float
    """(apparent rate + Sp - 1) / (Se + Sp - 1), clipped to [0, 1] (Rogan & Gladen 1978)."""
    low: float
    high: float
    sensitivity: float
    specificity: float
    level: float


def correction_refusal(tp: float, n_pos: float, fp: float, n_neg: float) -> str | None:
    """Say why this calibration can't correct a rate, or None if it can.

    Args:
        tp: labelled events the judge called events, of `n_pos`; all counts may be effective sizes.
        n_pos: labelled events.
        fp: labelled non-events the judge called events, of `n_neg`.
        n_neg: labelled non-events.
    """
    if not (0 <= tp <= n_pos and 0 <= fp <= n_neg):
        return f"calibration counts are impossible: {tp:g} of {n_pos:g} and {fp:g} of {n_neg:g}"
    if n_pos == 0 or n_neg == 0:
        return f"calibration has one class only: {n_pos:g} events, {n_neg:g} non-events"
    youden = tp / n_pos - fp / n_neg
    if youden < LEAST_YOUDEN:
        return f"judge tells too little: Se + Sp - 1 = {youden:.2f}, below {LEAST_YOUDEN}"
    return None


def corrected_rate(rate: Rate, tp: float, n_pos: float, fp: float, n_neg: float) -> Corrected:
    """Correct a clustered rate by the melded interval on its effective size.

    Raises:
        ValueError: with the text of `correction_refusal`, where a correction is refused; and where
            the samples contradict the calibration (far fewer flagged than the judge's false alarms
            alone would give, or far more than its sensitivity allows), which leaves no interval.
    """
    refusal = correction_refusal(tp, n_pos, fp, n_neg)
    if refusal is not None:
        raise ValueError(refusal)
    limits = melded_prevalence(rate.rate * rate.n_eff, rate.n_eff, tp, n_pos, fp, n_neg, rate.level)
    true_rate, false_rate = tp / n_pos, fp / n_neg
    if limits.low == limits.high:
        raise ValueError(
            f"calibration contradicts these samples: {rate.rate:.3f} flagged, where it found "
            f"{false_rate:.3f} of non-events and {true_rate:.3f} of events; its errors do not "
            "carry over"
        )
    point = min(1.0, max(0.0, (rate.rate - false_rate) / (true_rate - false_rate)))
    return Corrected(
        rate=point,
        low=min(limits.low, point),
        high=max(limits.high, point),
        sensitivity=true_rate,
        specificity=1 - false_rate,
        level=rate.level,
    )


@lru_cache(maxsize=4096)
def melded_prevalence(
    x_eff: float,
    n_eff: float,
    tp: float,
    n_pos: float,
    fp: float,
    n_neg: float,
    conf: float = 0.95,
) -> Interval:
    """Melded limits of a prevalence seen through an imperfect test, without random numbers.

    Bayer, Fay & Graubard (2022), "Confidence intervals for prevalence estimates from complex
    surveys with imperfect assays": each binomial enters by its lower or upper Clopper–Pearson
    confidence distribution, whichever is conservative. Where the test is no better than chance the
    prevalence counts as 0, as theirs does, so ask `correction_refusal` first.

    Args:
        x_eff: apparent events out of `n_eff`, both effective sizes.
        n_eff: effective samples.
        tp: labelled events found, of `n_pos`.
        n_pos: labelled events.
        fp: labelled non-events flagged, of `n_neg`.
        n_neg: labelled non-events.
        conf: two-sided level.
    """
    for x, n in ((x_eff, n_eff), (tp, n_pos), (fp, n_neg)):
        proportion(x, n)
    tail = level(conf)

    def largest_apparent(t: float, false_rate: Floats, true_rate: Floats) -> Floats:
        works = true_rate > false_rate
        return np.where(works, false_rate + t * (true_rate - false_rate), 1.0)

    low = melded_quantile(
        tail,
        Beta(x_eff, n_eff - x_eff + 1),
        (Beta(fp + 1, n_neg - fp), Beta(tp + 1, n_pos - tp)),
        largest_apparent,
    )
    high = melded_quantile(
        1 - tail,
        Beta(x_eff + 1, n_eff - x_eff),
        (Beta(fp, n_neg - fp + 1), Beta(tp, n_pos - tp + 1)),
        largest_apparent,
    )
    return Interval(low, high)


def lang_reiczigel(
    x: int, n: int, tp: int, n_pos: int, tn: int, n_neg: int, conf: float = 0.95
) -> Interval:
    """Adjusted Rogan–Gladen interval for independent samples (Lang & Reiczigel 2014).

    Prev Vet Med 113:13–22. Kept as a comparator: with clustered samples it is too narrow.

    Raises:
        ValueError: if counts are impossible or the adjusted test is no better than chance.
    """
    for count, total in ((x, n), (tp, n_pos), (tn, n_neg)):
        proportion(count, total)
    z = normal_quantile(level(conf))
    size = n + z * z
    apparent = (x + z * z / 2) / size
    se, sp = (tp + 1) / (n_pos + 2), (tn + 1) / (n_neg + 2)
    youden = se + sp - 1
    if youden <= 0:
        raise ValueError(f"the test is no better than chance: Se + Sp - 1 = {youden:.2f}")
    rate = (apparent + sp - 1) / youden
    var_se, var_sp = se * (1 - se) / (n_pos + 2), sp * (1 - sp) / (n_neg + 2)
    shift = 2 * z * z * (rate * var_se - (1 - rate) * var_sp)
    spread = apparent * (1 - apparent) / size + rate**2 * var_se + (1 - rate) ** 2 * var_sp
    half = z * sqrt(spread) / youden
    limits = (min(1.0, max(0.0, limit)) for limit in (rate + shift - half, rate + shift + half))
    return Interval(*limits)
