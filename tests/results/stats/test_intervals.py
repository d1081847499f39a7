"""Intervals of one proportion: laws, and scipy as a second opinion."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from unmask.results.stats import Interval, clopper_pearson, jeffreys, wilson, wilson_cc

METHODS = [wilson, wilson_cc, clopper_pearson, jeffreys]
Method = Callable[[float, float, float], Interval]

sizes = st.integers(1, 500)
levels = st.floats(0.5, 0.999)


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None, max_examples=80)
@given(data=st.data(), n=sizes, conf=levels)
def test_contains_estimate_within_unit_interval(
    method: Method, data: st.DataObject, n: int, conf: float
) -> None:
    """The limits lie in [0, 1] and have the observed rate between them."""
    x = data.draw(st.integers(0, n))
    low, high = method(x, n, conf)
    assert 0 <= low <= x / n <= high <= 1
    assert high - low > 0


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None, max_examples=80)
@given(data=st.data(), n=sizes, conf=levels)
def test_mirror(method: Method, data: st.DataObject, n: int, conf: float) -> None:
    """Counting the other outcome mirrors the interval."""
    x = data.draw(st.integers(0, n))
    low, high = method(x, n, conf)
    mirrored = method(n - x, n, conf)
    assert (1 - high, 1 - low) == pytest.approx(mirrored, abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None, max_examples=80)
@given(data=st.data(), n=sizes)
def test_monotone_in_events(method: Method, data: st.DataObject, n: int) -> None:
    """One more event never lowers a limit."""
    x = data.draw(st.integers(0, n - 1))
    before, after = method(x, n, 0.95), method(x + 1, n, 0.95)
    assert before.low <= after.low + 1e-12
    assert before.high <= after.high + 1e-12


@pytest.mark.parametrize(
    ("method", "name"), [(clopper_pearson, "exact"), (wilson, "wilson"), (wilson_cc, "wilsoncc")]
)
@pytest.mark.parametrize(("x", "n"), [(0, 1), (1, 1), (0, 20), (3, 7), (19, 20), (500, 1000)])
@pytest.mark.parametrize("conf", [0.8, 0.95, 0.99])
def test_scipy_agrees(method: Method, name: str, x: int, n: int, conf: float) -> None:
    """scipy.stats.binomtest(x, n).proportion_ci(conf, method=name) gives the same limits."""
    expected = binomtest(x, n).proportion_ci(conf, method=name)  # type: ignore[arg-type]
    assert method(x, n, conf) == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("x", "n", "conf"), [(0, 0, 0.95), (2, 1, 0.95), (-1, 5, 0.95), (1, 5, 95)]
)
def test_refuses_impossible_input(method: Method, x: int, n: int, conf: float) -> None:
    """No samples, impossible counts and a level in per cent are errors, never an interval."""
    with pytest.raises(ValueError, match=r"undefined|between"):
        method(x, n, conf)
