"""Means of an effect over scenarios."""

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from unmask.results.stats import (
    difference_of_differences_ci,
    mean_ci,
    mean_difference_ci,
    scenario_means,
    worst_case_mean,
)

J = [0.9, 0.7, 0.8, 1.0, 0.4, 0.6]


def test_t_interval() -> None:
    """scipy.stats.ttest_1samp(J, 0).confidence_interval(0.9) gives the same limits."""
    mean = mean_ci(J, 0.9)
    expected = ttest_1samp(J, 0).confidence_interval(0.9)
    assert (mean.low, mean.high) == pytest.approx((expected.low, expected.high))
    assert mean.estimate == pytest.approx(np.mean(J))
    assert (mean.scenarios, mean.level) == (6, 0.9)


def test_equal_scenarios_still_have_width() -> None:
    """Six scenarios at 0.5 do not prove that all are: the limits reach towards both bounds."""
    mean = mean_ci([0.5] * 6)
    # R: binom.test(0, 6)$conf.int[2] is 0.4592581
    assert mean.high == pytest.approx(0.5 + 0.4592581 * 0.5, abs=1e-6)
    assert mean.low == pytest.approx(0.5 - 0.4592581 * 1.5, abs=1e-6)


def test_one_scenario_says_nothing_about_others() -> None:
    """A single scenario gives the bounds of the effect as limits."""
    mean = mean_ci([0.7])
    assert (mean.estimate, mean.low, mean.high) == (0.7, -1, 1)


def test_limits_stay_within_bounds() -> None:
    """An effect that can't exceed 1 has no limit beyond 1."""
    mean = mean_ci([1.0, 1.0, 0.2])
    assert mean.high == 1
    assert -1 < mean.low < mean.estimate


def test_missing_samples_widen_to_the_bounds() -> None:
    """A scenario without a value may be anything, a half-missing one half of anything."""
    nan = float("nan")
    whole, gone = mean_ci(J), worst_case_mean([*J, nan], [2] * 6 + [0], [0] * 6 + [2])
    assert gone.estimate == pytest.approx(whole.estimate)
    assert gone.low == pytest.approx(mean_ci([*J, -1]).low)
    assert gone.high == pytest.approx(mean_ci([*J, 1]).high)
    half = worst_case_mean(J, 2, [2, 0, 0, 0, 0, 0])
    assert half.low == pytest.approx(mean_ci([(0.9 - 1) / 2, *J[1:]]).low)
    assert worst_case_mean(J, 2, 0) == whole
    with pytest.raises(ValueError, match="non-empty"):
        worst_case_mean([nan], [0], [3])


def test_pairing_by_scenario_removes_difficulty() -> None:
    """A constant loss over scenarios of different difficulty is seen clearly when paired."""
    loss = mean_difference_ci(J, [j - 0.2 + 0.01 * i for i, j in enumerate(J)])
    assert loss.estimate == pytest.approx(0.175)
    assert 0.14 < loss.low < loss.high < 0.21


def test_difference_of_differences() -> None:
    """What a reference also loses is no sabotage."""
    test = [j - 0.3 - 0.02 * (i % 2) for i, j in enumerate(J)]
    same = difference_of_differences_ci(J, test, J, test)
    assert same.estimate == 0
    assert same.low < 0 < same.high
    more = difference_of_differences_ci(J, test, J, J)
    assert more.estimate == pytest.approx(0.31)
    assert more.low > 0


def test_scenario_means_weigh_scenarios_alike() -> None:
    """Many epochs of one scenario count as one scenario."""
    assert scenario_means([1, 0, 0.5, 0.5, 0.5], ["a", "a", "b", "b", "b"]) == {"a": 0.5, "b": 0.5}


@pytest.mark.parametrize("values", [[], [float("nan")], [1.5], [-1.5, 0]])
def test_refuses_nothing_and_the_impossible(values: list[float]) -> None:
    """No values, NaN and values beyond the bounds are errors, never a mean of 0."""
    with pytest.raises(ValueError, match=r"non-empty|must lie"):
        mean_ci(values)


def test_refuses_unequal_sides() -> None:
    """Paired sides and names must be of one length."""
    with pytest.raises(ValueError, match="share their scenarios"):
        mean_difference_ci([0.1, 0.2], [0.1])
    with pytest.raises(ValueError, match="scenario names"):
        scenario_means([0.1], ["a", "b"])
