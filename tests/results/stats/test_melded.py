"""Rates corrected for a judge's errors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmask.results.stats import (
    corrected_rate,
    correction_refusal,
    lang_reiczigel,
    melded_prevalence,
    rate_ci_default,
)


@pytest.mark.parametrize(
    "case",
    [
        (0, 40.5, 48, 50, 0, 200),
        (3.2, 40.5, 36, 40, 1, 120),
        (60, 90.25, 40, 40, 6, 120),
    ],
)
def test_quadrature_equals_simulation(case: tuple[float, float, int, int, int, int]) -> None:
    """The published Monte Carlo recipe, at 400,000 draws, gives the same limits."""
    x, n, tp, n_pos, fp, n_neg = case
    rng = np.random.default_rng(0)

    def beta(a: float, b: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        draws = 400_000
        if a == 0:
            return np.zeros(draws)
        return np.ones(draws) if b == 0 else rng.beta(a, b, draws)

    low = (beta(x, n - x + 1) - (p := beta(fp + 1, n_neg - fp))) / (beta(tp + 1, n_pos - tp) - p)
    high = (beta(x + 1, n - x) - (p := beta(fp, n_neg - fp + 1))) / (beta(tp, n_pos - tp + 1) - p)
    expected = np.quantile(np.clip(low, 0, 1), 0.025), np.quantile(np.clip(high, 0, 1), 0.975)
    assert melded_prevalence(*case) == pytest.approx(expected, abs=0.002)


def test_perfect_judge_changes_little() -> None:
    """With a thousand labels and no error the corrected interval is nearly the raw one."""
    rate = rate_ci_default([1] * 25 + [0] * 25, 5)
    corrected = corrected_rate(rate, 1000, 1000, 0, 1000)
    assert corrected.rate == rate.rate
    assert (corrected.low, corrected.high) == pytest.approx((rate.low, rate.high), abs=0.01)


def test_false_alarms_may_explain_all_events() -> None:
    """Events as frequent as the judge's false alarms leave no rate above 0 proven."""
    corrected = corrected_rate(rate_ci_default([1] * 10 + [0] * 40, 5), 45, 50, 12, 300)
    assert corrected.rate == 0
    assert corrected.low == 0
    assert corrected.specificity == pytest.approx(0.96)


@settings(deadline=None, max_examples=25)
@given(
    events=st.lists(st.integers(0, 4), min_size=5, max_size=20),
    tp=st.integers(30, 40),
    fp=st.integers(0, 10),
)
def test_contains_the_corrected_rate(events: list[int], tp: int, fp: int) -> None:
    """The corrected rate lies within its limits, these within [0, 1]."""
    corrected = corrected_rate(rate_ci_default(events, 4), tp, 40, fp, 120)
    assert 0 <= corrected.low <= corrected.rate <= corrected.high <= 1


@pytest.mark.parametrize(
    ("calibration", "reason"),
    [
        ((0, 0, 1, 100), "one class"),
        ((9, 10, 0, 0), "one class"),
        ((50, 100, 25, 100), "too little"),
        ((11, 10, 0, 10), "impossible"),
    ],
)
def test_refusals(calibration: tuple[int, int, int, int], reason: str) -> None:
    """A calibration that says too little is refused with its reason, never applied."""
    refusal = correction_refusal(*calibration)
    assert refusal is not None
    assert reason in refusal
    with pytest.raises(ValueError, match=reason):
        corrected_rate(rate_ci_default([1, 0], 5), *calibration)


@pytest.mark.parametrize(("events", "tp", "fp"), [(0, 48, 40), (5, 30, 0)])
def test_contradicted_calibration_is_refused(events: int, tp: int, fp: int) -> None:
    """Samples beyond what the judge's errors allow give no interval, never [0, 0] or [1, 1]."""
    with pytest.raises(ValueError, match="do not carry over"):
        corrected_rate(rate_ci_default([events] * 50, 5), tp, 50, fp, 120)


def test_good_calibration_is_accepted() -> None:
    """Se + Sp - 1 of exactly 0.3 or more corrects."""
    assert correction_refusal(36, 40, 4, 120) is None


def test_lang_reiczigel_refuses_chance() -> None:
    """A test no better than chance has no corrected rate."""
    with pytest.raises(ValueError, match="chance"):
        lang_reiczigel(5, 50, 10, 20, 10, 20)
