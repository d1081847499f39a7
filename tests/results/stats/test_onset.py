"""Change points along a training run."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from unmask.results.stats import (
    diff_ci_default,
    find_onset,
    first_difference_correlation,
    newest_against_reference,
)


def rng() -> np.random.Generator:
    """Fresh random numbers, the same each time."""
    return np.random.default_rng(0)


def test_finds_a_clear_jump() -> None:
    """1 % before and 20 % from the sixth checkpoint on: found there, and not by chance."""
    found = find_onset([1, 2, 1, 0, 2, 30, 28, 33, 29, 31], 150, rng())
    assert found.index == 5
    assert found.candidates == (5,)
    assert found.p_value <= 0.02
    assert found.before == pytest.approx(6 / 750)
    assert found.after == pytest.approx(151 / 750)


def test_flat_runs_rarely_alarm() -> None:
    """Correlated samples at a constant rate: about 5 % of scans reject, not 20 %."""
    random = np.random.default_rng(2)
    rejected = 0
    for _ in range(100):
        rates = random.beta(0.05 * 3, 0.95 * 3, (12, 30))
        events = random.binomial(5, rates).sum(axis=1)
        rejected += find_onset(events, 150, random, 199).p_value <= 0.05
    assert rejected <= 12


def test_no_events_at_all_show_no_change() -> None:
    """Without events every split is as good as any other, and the p-value is 1."""
    found = find_onset([0] * 6, 100, rng())
    assert found.p_value == 1
    assert found.statistic == 0
    assert found.candidates == (1, 2, 3, 4, 5)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 20), min_size=3, max_size=12))
def test_p_value_and_set_bounds(events: list[int]) -> None:
    """The p-value lies in [1/(B+1), 1] and the best split is among the candidates."""
    found = find_onset(events, 20, rng(), 99)
    assert 1 / 100 <= found.p_value <= 1
    assert found.index in found.candidates
    assert found.statistic >= 0
    assert all(1 <= index < len(events) for index in found.candidates)


def test_newest_is_paired_with_the_pooled_rest() -> None:
    """The alarm is the paired difference against all earlier checkpoints together."""
    events = np.array([[0, 1, 0, 2], [1, 1, 0, 3], [4, 5, 3, 5]])
    sizes = np.full((3, 4), 5)
    alarm = newest_against_reference(events, sizes)
    assert alarm == diff_ci_default([4, 5, 3, 5], 5, [1, 2, 0, 5], 10)
    assert alarm.low > 0


def test_newest_leaves_out_scenarios_one_side_lacks() -> None:
    """A scenario without samples on one side is no pair."""
    events, sizes = [[1, 0, 2], [2, 1, 0]], [[5, 0, 5], [5, 5, 5]]
    assert newest_against_reference(events, sizes).estimate == pytest.approx(2 / 10 - 3 / 10)


def test_correlation_is_spearman_of_steps() -> None:
    """scipy.stats.spearmanr(np.diff(a), np.diff(b)).statistic, ties and all."""
    a, b = [0.0, 0.1, 0.1, 0.4, 0.9, 0.8, 0.8], [0.0, 0.2, 0.2, 0.3, 0.5, 0.6, 0.1]
    found = first_difference_correlation(a, b, rng())
    assert found.rho == pytest.approx(spearmanr(np.diff(a), np.diff(b)).statistic)
    assert 0.001 <= found.p_value <= 1
    assert found.pairs == 6


def test_shared_drift_is_no_correlation() -> None:
    """Two rising series with unrelated steps correlate in level and not in steps."""
    random = np.random.default_rng(3)
    a, b = (np.cumsum(1 + random.random(40)) for _ in range(2))
    assert spearmanr(a, b).statistic > 0.99
    assert first_difference_correlation(a, b, rng()).p_value > 0.05


def test_refusals() -> None:
    """Too few checkpoints, unequal series and constant steps are errors."""
    with pytest.raises(ValueError, match="three checkpoints"):
        find_onset([1, 2], 10, rng())
    with pytest.raises(ValueError, match="permutation"):
        find_onset([1, 2, 3], 10, rng(), 0)
    with pytest.raises(ValueError, match="two checkpoints"):
        newest_against_reference([[1, 2]], [[5, 5]])
    with pytest.raises(ValueError, match="no graded samples"):
        newest_against_reference([[0, 1], [1, 0]], [[0, 5], [5, 0]])
    with pytest.raises(ValueError, match="same four"):
        first_difference_correlation([1, 2, 3], [1, 2, 3], rng())
    with pytest.raises(ValueError, match="same amount"):
        first_difference_correlation([1, 2, 3, 4], [1, 3, 2, 9], rng())
