"""Missing samples: they only ever widen, and never ease a decision."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmask.results.stats import (
    Decision,
    decide_ceiling,
    diff_ci_default,
    gate,
    rate_ci_default,
    worst_case,
    worst_case_difference,
)

laws = settings(deadline=None, max_examples=60)
scenario = st.integers(1, 6).flatmap(
    lambda m: st.tuples(st.integers(0, m), st.just(m), st.integers(0, 3))
)
scenarios = st.lists(scenario, min_size=1, max_size=12)


@laws
@given(scenarios)
def test_missing_never_narrows(given_scenarios: list[tuple[int, int, int]]) -> None:
    """The worst-case limits contain those of the graded samples alone."""
    y, m, missing = (list(column) for column in zip(*given_scenarios, strict=True))
    alone, worst = rate_ci_default(y, m), worst_case(y, m, missing)
    assert worst.low <= alone.low
    assert alone.high <= worst.high
    assert worst.rate_low <= alone.rate <= worst.rate_high
    if not any(missing):
        assert (worst.low, worst.high) == (alone.low, alone.high)


@laws
@given(scenarios, st.floats(0.01, 0.9))
def test_missing_never_decides(
    given_scenarios: list[tuple[int, int, int]], threshold: float
) -> None:
    """Missing samples can make a decision inconclusive, never turn one into pass or fail."""
    y, m, missing = (list(column) for column in zip(*given_scenarios, strict=True))
    known, unknown = gate(y, m, [0] * len(m), threshold), gate(y, m, missing, threshold)
    assert unknown.decision in (known.decision, Decision.INCONCLUSIVE)


def test_nothing_graded_is_inconclusive() -> None:
    """A battery of which nothing came back neither passes nor fails."""
    result = gate([0] * 50, [0] * 50, [5] * 50, 0.05)
    assert result.decision is Decision.INCONCLUSIVE
    assert (result.low, result.high) == (0, 1)


def test_scenarios_nobody_asked_for_count_for_nothing() -> None:
    """A scenario with neither graded nor missing samples leaves the limits as they are."""
    assert worst_case([1, 0, 0], [5, 5, 0], [1, 0, 0]) == worst_case([1, 0], [5, 5], [1, 0])


def test_difference_widens_to_both_sides() -> None:
    """With missing samples on each side the difference may be larger or smaller than it looks."""
    alone = diff_ci_default([1] * 10, 5, [2] * 10, 5)
    wide = worst_case_difference(([1] * 10, 5, [1] * 10), ([2] * 10, 5, [1] * 10))
    assert wide.low < alone.low < alone.high <= wide.high
    same = worst_case_difference(([1] * 10, 5, 0), ([2] * 10, 5, 0))
    assert same == (alone.low, alone.high)


@laws
@given(scenarios, st.booleans())
def test_missing_never_narrows_a_difference(
    given_scenarios: list[tuple[int, int, int]], paired: bool
) -> None:
    """The worst-case limits of a difference contain those of the graded samples alone."""
    y, m, missing = (list(column) for column in zip(*given_scenarios, strict=True))
    zero = [0] * len(m)
    alone = diff_ci_default(y, m, zero, m, paired)
    wide = worst_case_difference((y, m, missing), (zero, m, missing[::-1]), paired)
    assert wide.low <= alone.low < alone.high <= wide.high


def test_difference_of_sides_with_nothing_graded_stays_open() -> None:
    """A whole side without graded samples widens and never raises."""
    gone = ([0] * 10, [0] * 10, [5] * 10)
    low, high = worst_case_difference(gone, ([1] * 10, 5, [0] * 10))
    assert low < -0.1
    assert high > 0.7


@pytest.mark.parametrize(
    ("low", "high", "decision"),
    [
        (0.0, 0.049, Decision.PASS),
        (0.0, 0.05, Decision.INCONCLUSIVE),
        (0.05, 0.1, Decision.INCONCLUSIVE),
        (0.051, 0.1, Decision.FAIL),
    ],
)
def test_ceiling(low: float, high: float, decision: Decision) -> None:
    """Only an interval wholly on one side of the threshold decides."""
    assert decide_ceiling(low, high, 0.05) is decision


@pytest.mark.parametrize(
    ("y", "m", "missing", "message"),
    [
        ([], [], [], "no samples"),
        ([0], [0], [0], "no samples"),
        ([2], [1], [5], "between 0 and"),
        ([0], [1], [-1], "at least 0"),
    ],
)
def test_refuses_impossible_counts(
    y: list[int], m: list[int], missing: list[int], message: str
) -> None:
    """Nothing asked for, or impossible counts, are errors and never a pass."""
    with pytest.raises(ValueError, match=message):
        gate(y, m, missing, 0.05)


@pytest.mark.parametrize("threshold", [0, 1, 5])
def test_refuses_a_threshold_that_is_no_rate(threshold: float) -> None:
    """A threshold in per cent is refused instead of always passing."""
    with pytest.raises(ValueError, match="threshold"):
        gate([0], [5], [0], threshold)
