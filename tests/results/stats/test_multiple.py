"""Adjusted p-values."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from unmask.results.stats import bh_adjust, holm_adjust

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=15)


@pytest.mark.parametrize("adjust", [holm_adjust, bh_adjust])
@given(p=p_values)
def test_laws(adjust: Callable[[list[float]], list[float]], p: list[float]) -> None:
    """Adjusted values are at least the raw ones, at most 1, and in the same order."""
    adjusted = adjust(p)
    assert all(raw <= value <= 1 for raw, value in zip(p, adjusted, strict=True))
    order = np.argsort(p, kind="stable")
    assert (np.diff(np.array(adjusted)[order]) >= 0).all()


@given(p=p_values)
def test_holm_between_bh_and_bonferroni(p: list[float]) -> None:
    """Holm is never below Benjamini–Hochberg and never above Bonferroni."""
    for raw, holm, bh in zip(p, holm_adjust(p), bh_adjust(p), strict=True):
        assert bh <= holm + 1e-12
        assert holm <= min(1, raw * len(p)) + 1e-12


@given(p=p_values)
def test_scipy_agrees(p: list[float]) -> None:
    """scipy.stats.false_discovery_control(p) gives the same values."""
    assert bh_adjust(p) == pytest.approx(false_discovery_control(p).tolist())


@pytest.mark.parametrize("p", [[], [0.5, 1.2], [-0.1], [float("nan")]])
def test_refuses_what_is_no_p_value(p: list[float]) -> None:
    """Nothing, NaN and values outside [0, 1] are errors."""
    with pytest.raises(ValueError, match="p-values"):
        holm_adjust(p)
