"""Rates corrected by an audit of the checkpoint's own samples."""

import numpy as np
import pytest

from unmask.results.stats import rate_ci_default, two_phase_jeffreys, two_phase_melded


def test_point_is_the_weighted_sum() -> None:
    """Rate = q · precision + (1 - q) · omission."""
    flagged = rate_ci_default([2] * 10, 10)
    audited = two_phase_melded(flagged, rate_ci_default([1] * 10, 2), rate_ci_default([0] * 50, 1))
    assert audited.rate == pytest.approx(0.2 * 0.5)
    assert (audited.precision, audited.omission) == (0.5, 0)
    assert audited.low < audited.rate < audited.high


def test_jeffreys_equals_its_posterior() -> None:
    """400,000 draws from the three posteriors have the same quantiles."""
    flagged, precision, omission = (
        rate_ci_default([1] * 30 + [0] * 470, 1),
        rate_ci_default([1] * 20 + [0] * 10, 1),
        rate_ci_default([1] + [0] * 69, 1),
    )
    rng = np.random.default_rng(0)
    q, a, b = (
        rng.beta(r.events + 0.5, r.n - r.events + 0.5, 400_000)
        for r in (flagged, precision, omission)
    )
    expected = np.quantile(q * a + (1 - q) * b, [0.025, 0.975])
    audited = two_phase_jeffreys(flagged, precision, omission)
    assert (audited.low, audited.high) == pytest.approx(tuple(expected), abs=5e-4)


def test_melded_contains_jeffreys() -> None:
    """The conservative limits are the wider ones."""
    rates = rate_ci_default([1] * 30 + [0] * 20, 5), rate_ci_default([1] * 25, 1)
    omission = rate_ci_default([0] * 60, 1)
    melded, posterior = two_phase_melded(*rates, omission), two_phase_jeffreys(*rates, omission)
    assert melded.low < posterior.low < posterior.high < melded.high


def test_nothing_flagged_still_asks_what_was_missed() -> None:
    """Without a flag the limit comes from the unflagged labels."""
    audited = two_phase_melded(rate_ci_default([0] * 50, 5), None, rate_ci_default([0] * 50, 2))
    assert (audited.rate, audited.low, audited.precision) == (0, 0, None)
    assert audited.high > rate_ci_default([0] * 50, 2).high


def test_unlabelled_flags_are_refused() -> None:
    """Flagged samples that nobody labelled leave the rate unknown."""
    with pytest.raises(ValueError, match="label some first"):
        two_phase_melded(rate_ci_default([1] * 5, 5), None, rate_ci_default([0] * 50, 1))


def test_coverage_at_a_rare_rate() -> None:
    """150 simulated audits at 2 % true events: the melded limits contain it nearly always."""
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(150):
        truth = rng.random(500) < 0.02
        flag = np.where(truth, rng.random(500) < 0.9, rng.random(500) < 0.03)
        labelled = rng.choice(np.flatnonzero(~flag), 70, replace=False)
        precision = rate_ci_default(truth[flag].astype(int), 1) if flag.any() else None
        audited = two_phase_melded(
            rate_ci_default(flag.astype(int), 1),
            precision,
            rate_ci_default(truth[labelled].astype(int), 1),
        )
        hits += audited.low <= 0.02 <= audited.high
    assert hits >= 140
