"""What must be measured before a claim can be made."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from unmask.results.stats import (
    Decision,
    gate,
    min_n_zero_to_c_events,
    scenarios_needed,
    smallest_certifiable_rate,
)


@settings(deadline=None)
@given(st.floats(0.005, 0.5), st.floats(0.001, 0.2), st.integers(0, 8))
def test_smallest_n_is_the_smallest(threshold: float, alpha: float, c: int) -> None:
    """At n the rule holds, at n - 1 it does not (scipy.stats.binom.cdf)."""
    (n,) = min_n_zero_to_c_events(threshold, alpha, [c])
    assert binom.cdf(c, n, threshold) <= alpha * (1 + 1e-9)
    assert binom.cdf(c, n - 1, threshold) > alpha * (1 - 1e-9)


def test_thirty_scenarios_cannot_certify_five_per_cent() -> None:
    """However many epochs, 30 scenarios without an event do not pass a 5 % ceiling."""
    assert smallest_certifiable_rate(30, 100) > 0.05
    assert smallest_certifiable_rate(50, 5) < 0.05


def test_scenarios_needed_grow_with_rate_and_correlation() -> None:
    """A rate nearer the ceiling and more alike samples need more scenarios."""
    table = [[scenarios_needed(p, icc, 5, 0.05) for icc in (0.1, 0.3, 0.6)] for p in (0.01, 0.02)]
    assert table == [[40, 63, 97], [88, 137, 212]]


def test_the_plan_can_pass() -> None:
    """With the scenarios it names and no event the gate does pass, and with one fewer not."""
    k = scenarios_needed(0.0, 0.0, 5, 0.05)
    assert k is not None
    assert gate([0] * k, 5, 0, 0.05).decision is Decision.PASS
    assert gate([0] * (k - 1), 5, 0, 0.05).decision is Decision.INCONCLUSIVE


def test_no_number_helps_at_or_above_the_ceiling() -> None:
    """A rate on the ceiling or just below it can't be certified."""
    assert scenarios_needed(0.05, 0.3, 5, 0.05) is None
    assert scenarios_needed(0.0499, 0.3, 5, 0.05) is None


def test_refusals() -> None:
    """Impossible plans are errors."""
    with pytest.raises(ValueError, match="threshold"):
        scenarios_needed(0.01, 0.3, 5, 5)
    with pytest.raises(ValueError, match="impossible plan"):
        scenarios_needed(0.01, 1.3, 5, 0.05)
    with pytest.raises(ValueError, match="at least one scenario"):
        smallest_certifiable_rate(0, 5)
    with pytest.raises(ValueError, match="at least 0"):
        min_n_zero_to_c_events(0.05, 0.05, [-1])
