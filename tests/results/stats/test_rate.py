"""The rate Unmask reports, and its limits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmask.results.stats import (
    Rate,
    clopper_pearson,
    rate_ci_default,
    smallest_certifiable_rate,
    zero_event_high,
)

Counts = tuple[list[int], list[int]]


@st.composite
def counts(draw: st.DrawFn) -> Counts:
    """Events and sizes of up to twelve scenarios."""
    sizes = draw(st.lists(st.integers(1, 12), min_size=1, max_size=12))
    return [draw(st.integers(0, m)) for m in sizes], sizes


laws = settings(deadline=None, max_examples=80)


@laws
@given(counts())
def test_limits_contain_rate_within_unit_interval(given_counts: Counts) -> None:
    """0 <= low <= rate <= high <= 1, never of width 0, and never narrower than independence."""
    rate = rate_ci_default(*given_counts)
    assert 0 <= rate.low <= rate.rate <= rate.high <= 1
    assert rate.low < rate.high
    assert rate.high >= rate.high_iid - 1e-12
    assert 0 < rate.n_eff <= rate.n


@laws
@given(counts())
def test_mirror(given_counts: Counts) -> None:
    """Counting the other outcome mirrors the interval."""
    y, m = np.array(given_counts[0]), np.array(given_counts[1])
    rate, other = rate_ci_default(y, m), rate_ci_default(m - y, m)
    assert (1 - rate.high, 1 - rate.low) == pytest.approx((other.low, other.high), abs=1e-9)


@laws
@given(counts())
def test_guard(given_counts: Counts) -> None:
    """No events never look worse than some, all events never better than fewer."""
    y, m = given_counts
    rate = rate_ci_default(y, m)
    assert rate.high >= rate_ci_default([0] * len(m), m).high - 1e-12
    assert rate.low <= rate_ci_default(m, m).low + 1e-12


@laws
@given(counts(), st.randoms(use_true_random=False))
def test_order_of_scenarios_is_nothing(given_counts: Counts, random: object) -> None:
    """Scenarios may come in any order."""
    pairs = list(zip(*given_counts, strict=True))
    random.shuffle(pairs)  # type: ignore[attr-defined]
    y, m = zip(*pairs, strict=True)
    first, second = rate_ci_default(*given_counts), rate_ci_default(list(y), list(m))
    assert first.interval == pytest.approx(second.interval, abs=1e-9)


@laws
@given(counts(), st.floats(0.5, 0.95))
def test_higher_level_is_wider(given_counts: Counts, conf: float) -> None:
    """A higher level never narrows the interval."""
    lower, higher = rate_ci_default(*given_counts, conf), rate_ci_default(*given_counts, 0.99)
    assert higher.low <= lower.low + 1e-9
    assert lower.high <= higher.high + 1e-9
    assert lower.level == conf


def test_single_samples_are_independent() -> None:
    """With one sample per scenario the interval is Clopper–Pearson."""
    rate = rate_ci_default([1, 0, 0, 1, 0, 0, 0, 0], 1)
    assert rate.interval == clopper_pearson(2, 8)
    assert (rate.icc, rate.deff, rate.n_eff) == (0, 1, 8)


def test_zero_events_have_three_bounds() -> None:
    """0 of 200 in 20 scenarios: independent, reported and worst-case upper limits differ."""
    rate = rate_ci_default([0] * 20, 10)
    # R: binom.test(0, 200)$conf.int[2] and binom.test(0, 20)$conf.int[2]
    assert rate.high_iid == pytest.approx(0.01827534, abs=1e-8)
    assert rate.high_worst == pytest.approx(0.16843348, abs=1e-8)
    assert rate.high_iid < rate.high < rate.high_worst
    assert rate.low == 0
    assert rate.high == zero_event_high([10] * 20) == smallest_certifiable_rate(20, 10)


def test_what_the_result_counts() -> None:
    """Events, samples and scenarios are counted, the rate is their ratio over samples."""
    rate = rate_ci_default([1, 4], [2, 10])
    assert isinstance(rate, Rate)
    assert (rate.events, rate.n, rate.clusters, rate.rate) == (5, 12, 2, 5 / 12)
    assert rate.deff == pytest.approx(1 + ((4 + 100) / 12 - 1) * rate.icc)


def test_epochs_saturate_but_scenarios_do_not() -> None:
    """A hundred epochs in each of ten scenarios stay near the worst case of ten samples."""
    many_epochs = rate_ci_default([0] * 10, 100)
    many_scenarios = rate_ci_default([0] * 1000, 1)
    assert many_epochs.high > 0.1 > 0.01 > many_scenarios.high


@pytest.mark.parametrize(
    ("y", "m", "message"),
    [
        ([], [], "no graded samples"),
        ([0], [0], "no graded samples"),
        ([0, 0], [3, 0], "leave it out"),
        ([4], [3], "between 0 and"),
        ([-1], [3], "between 0 and"),
        ([1, 2], [3, 3, 3], "one length"),
        ([0.5], [1], "whole numbers"),
        ([float("nan")], [1], "whole numbers"),
    ],
)
def test_refuses_impossible_counts(y: list[float], m: list[int], message: str) -> None:
    """Counts that can't be are named, and nothing graded is never a rate of 0."""
    with pytest.raises(ValueError, match=message):
        rate_ci_default(y, m)
