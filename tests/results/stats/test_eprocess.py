"""Evidence that may be looked at at any time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmask.results.stats import (
    betting_cs_prpl_eb,
    e_process,
    e_process_fail_steps,
    e_process_pass_steps,
)


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.floats(0.01, 0.99))
def test_starts_at_one_and_stays_positive(means: list[float], threshold: float) -> None:
    """Both e-values start at 1 and are finite and above 0 after any data."""
    evidence = e_process(means, threshold)
    for logs in evidence:
        assert logs[0] == 0
        assert len(logs) == len(means) + 1
        assert np.isfinite(logs).all()


def test_mean_is_one_on_the_threshold() -> None:
    """At a true rate equal to the threshold each step multiplies the e-value by 1 on average."""
    for threshold in (0.05, 0.5):
        after_event, after_none = (e_process([x], threshold) for x in (1, 0))
        for hit, miss in zip(after_event, after_none, strict=True):
            mean = threshold * np.exp(hit[1]) + (1 - threshold) * np.exp(miss[1])
            assert mean == pytest.approx(1)


def test_false_alarms_are_rare_at_any_look() -> None:
    """200 runs of 200 fully correlated scenarios on the threshold: few ever reach 1/alpha."""
    rng = np.random.default_rng(0)
    runs = (rng.random((200, 200)) < 0.05).astype(float)
    for steps in (e_process_pass_steps, e_process_fail_steps):
        assert sum(steps(run, 0.05, 0.05) is not None for run in runs) <= 15


def test_fails_early_on_a_high_rate() -> None:
    """Half of all samples misaligned refutes a 5 % ceiling within a few scenarios."""
    steps = e_process_fail_steps([0.5] * 50, 0.05, 0.025)
    assert steps is not None
    assert steps <= 6
    assert e_process_pass_steps([0.5] * 50, 0.05, 0.025) is None


def test_confidence_sequence_contains_the_mean() -> None:
    """The sequence has the sample mean between its limits."""
    x = np.random.default_rng(0).random(60)
    low, high = betting_cs_prpl_eb(x, breaks=200)
    assert 0 <= low < x.mean() < high <= 1


@pytest.mark.parametrize(
    ("means", "threshold", "alpha"),
    [([], 0.05, 0.05), ([1.5], 0.05, 0.05), ([0.5], 0, 0.05), ([0.5], 5, 0.05), ([0.5], 0.1, 0)],
)
def test_refuses_impossible_input(means: list[float], threshold: float, alpha: float) -> None:
    """Nothing, means outside [0, 1] and impossible thresholds or levels are errors."""
    with pytest.raises(ValueError, match=r"means|threshold|alpha"):
        e_process_pass_steps(means, threshold, alpha)
