"""Differences of two rates: laws and edges; numbers are in vectors.json."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmask.results.stats import (
    Interval,
    diff_ci_default,
    diff_p_value,
    mee,
    miettinen_nurminen,
    newcombe_diff,
)

METHODS = [newcombe_diff, miettinen_nurminen, mee]
Method = Callable[[int, int, int, int], Interval]
laws = settings(deadline=None, max_examples=60)

pair = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize("method", METHODS)
@laws
@given(one=pair, two=pair)
def test_contains_estimate_and_swaps(
    method: Method, one: tuple[int, int], two: tuple[int, int]
) -> None:
    """The observed difference lies within, the limits in [-1, 1]; swapping sides flips them."""
    low, high = method(*one, *two)
    d = one[0] / one[1] - two[0] / two[1]
    assert -1 <= low <= d + 1e-9
    assert d - 1e-9 <= high <= 1
    assert low < high
    assert method(*two, *one) == pytest.approx((-high, -low), abs=1e-9)


@pytest.mark.parametrize("method", [miettinen_nurminen, mee])
def test_extremes_reach_the_bounds(method: Method) -> None:
    """All against none is a difference of 1, with an upper limit of 1 and a lower one below."""
    low, high = method(10, 10, 0, 10)
    assert high == 1
    assert 0.5 < low < 1


def test_score_intervals_are_wider_by_their_factor() -> None:
    """Miettinen–Nurminen has the larger variance, so Mee lies within it."""
    outer, inner = miettinen_nurminen(3, 12, 5, 9), mee(3, 12, 5, 9)
    assert outer.low < inner.low < inner.high < outer.high


@laws
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12))
def test_default_contains_estimate_and_swaps(events: list[tuple[int, int]]) -> None:
    """The same laws hold for the clustered default, paired and not."""
    y1, y2 = [a for a, _ in events], [b for _, b in events]
    for paired in (True, False):
        one = diff_ci_default(y1, 5, y2, 5, paired)
        two = diff_ci_default(y2, 5, y1, 5, paired)
        assert -1 <= one.low < one.high <= 1
        assert one.low <= one.estimate <= one.high
        assert (two.low, two.high) == pytest.approx((-one.high, -one.low), abs=1e-9)
        assert 0 <= one.correlation <= 1


def test_pairing_narrows_only_where_scenarios_agree() -> None:
    """Correlated scenarios narrow the interval, opposed ones are treated as independent."""
    y = np.array([0, 1, 2, 5, 8, 9, 3, 4, 7, 6])
    alike = diff_ci_default(y, 10, y, 10)
    apart = diff_ci_default(y, 10, y, 10, paired=False)
    opposed = diff_ci_default(y, 10, 10 - y, 10)
    assert alike.correlation == pytest.approx(1 - 1 / 10**2)
    assert alike.high - alike.low < apart.high - apart.low
    assert opposed.correlation == 0


def test_perfect_agreement_of_a_few_scenarios_leaves_width() -> None:
    """Four scenarios that happen to move in step are no proof of a difference of exactly 0.4."""
    found = diff_ci_default([4, 3, 3, 4], 5, [2, 1, 1, 2], 5)
    assert found.low + 0.05 < 0.4 < found.high - 0.05


def test_no_events_on_either_side_still_have_width() -> None:
    """0 against 0 is no proof of equality."""
    d = diff_ci_default([0] * 20, 10, [0] * 20, 10)
    assert d.estimate == 0
    assert d.low == pytest.approx(-d.high)
    assert d.high > 0.05


@settings(deadline=None, max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=10))
def test_p_value_is_where_the_interval_touches_zero(events: list[tuple[int, int]]) -> None:
    """At a level just below 1 - p the interval leaves out 0, just above it does not."""
    y1, y2 = [a for a, _ in events], [b for _, b in events]
    p = diff_p_value(y1, 5, y2, 5)
    assert 1e-6 <= p <= 1
    if 2e-6 < p < 0.98:
        inside, outside = (diff_ci_default(y1, 5, y2, 5, conf=1 - p * f) for f in (0.999, 1.001))
        assert inside.low <= 0 <= inside.high
        assert outside.low > 0 or outside.high < 0


def test_p_value_extremes() -> None:
    """No difference has p = 1, a glaring one the least p there is."""
    assert diff_p_value([1] * 20, 5, [1] * 20, 5) == 1
    assert diff_p_value([5] * 100, 5, [0] * 100, 5) == 1e-6


def test_refuses_unequal_pairs() -> None:
    """Paired sides must have the same scenarios."""
    with pytest.raises(ValueError, match="share their scenarios"):
        diff_ci_default([1, 2], 5, [1], 5)


@pytest.mark.parametrize("method", METHODS)
def test_refuses_an_empty_side(method: Method) -> None:
    """A side without samples has no rate, so no difference either."""
    with pytest.raises(ValueError, match="no samples"):
        method(0, 0, 1, 5)
