"""Design-based comparators at their edges; their numbers are in vectors.json."""

import pytest

from unmask.results.stats import (
    cluster_robust_t,
    cluster_se_cr0_miller2024,
    cluster_se_cr1_inspect,
    korn_graubard_clopper_pearson,
)


def test_one_scenario_has_no_variance() -> None:
    """One scenario says nothing about the variance between scenarios."""
    for function in (cluster_se_cr1_inspect, cluster_robust_t, korn_graubard_clopper_pearson):
        with pytest.raises(ValueError, match="two scenarios"):
            function([2], [10])


def test_zero_events_show_why_these_are_not_the_default() -> None:
    """At no events the robust interval has no width; Korn–Graubard falls back to scenarios."""
    assert cluster_robust_t([0] * 20, 10) == (0, 0)
    # R: binom.test(0, 20)$conf.int is 0 to 0.1684335
    assert korn_graubard_clopper_pearson([0] * 20, 10) == pytest.approx((0, 0.1684335), abs=1e-6)


def test_single_samples_reduce_to_the_binomial_error() -> None:
    """With one sample per scenario CR0 is sqrt(p (1 - p) / n)."""
    expected = (0.25 * 0.75 / 40) ** 0.5
    assert cluster_se_cr0_miller2024([1] * 10 + [0] * 30, 1) == pytest.approx(expected)
