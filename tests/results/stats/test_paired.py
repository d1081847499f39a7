"""Paired single samples: laws and edges; numbers are in vectors.json."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmask.results.stats import Interval, newcombe_paired_square_and_add, tango

Method = Callable[[int, int, int, int], Interval]
METHODS = [tango, newcombe_paired_square_and_add]


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None, max_examples=80)
@given(cells=st.tuples(*[st.integers(0, 30)] * 4).filter(any))
def test_contains_estimate_and_swaps(method: Method, cells: tuple[int, int, int, int]) -> None:
    """(b - c) / n lies within, limits in [-1, 1]; swapping the sides flips the interval."""
    a, b, c, d = cells
    low, high = method(a, b, c, d)
    estimate = (b - c) / sum(cells)
    assert -1 <= low <= estimate + 1e-9
    assert estimate - 1e-9 <= high <= 1
    assert method(a, c, b, d) == pytest.approx((-high, -low), abs=1e-9)


def test_no_discordant_pairs_still_have_width() -> None:
    """Tango at b = c = 0 reaches z²/(n + z²), the score limit of no events in n."""
    # 1.959964² / (44 + 1.959964²) = 0.0803
    assert tango(44, 0, 0, 0) == pytest.approx((-0.08030, 0.08030), abs=1e-5)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("cells", [(0, 0, 0, 0), (1, -1, 2, 3)])
def test_refuses_no_pairs(method: Method, cells: tuple[int, int, int, int]) -> None:
    """No pairs or negative counts are errors."""
    with pytest.raises(ValueError, match="four cells"):
        method(*cells)
