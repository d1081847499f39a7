"""Rates along training."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest
from tests.results.tables import counts, rows, table

from unmask.errors import BadInput
from unmask.results.hacking import HackRates
from unmask.results.stats import newest_against_reference, rate_ci_default
from unmask.results.trajectory import Plan, Trajectory, to_json, trajectories

PLAN = Plan({}, ("misaligned",))
QUIET, LOUD = [0, 1, 0, 0] * 5, [2, 3, 1, 2] * 5
HACKS = HackRates("a", (0, 90, 110, 400), (0.0, 0.01, 0.3, 0.9), None)


def run(series: Sequence[Sequence[int]], name: str = "a", **more: Any) -> pd.DataFrame:
    """One run: events by scenario at steps 20, 40, …, three samples each."""
    return table(
        *(
            counts(events, 3, checkpoint=f"{name}-{step}", run=name, step=step, **more)
            for step, events in zip(range(20, 20 * len(series) + 20, 20), series, strict=True)
        )
    )


def only(of: pd.DataFrame, plan: Plan = PLAN, hacks: Sequence[HackRates] = ()) -> Trajectory:
    """The one trajectory there is."""
    (found,) = trajectories(of, plan, hacks)
    return found


def test_an_onset_is_an_interval_between_checkpoints() -> None:
    """The rate rises from the seventh checkpoint on: after step 120, by step 140."""
    found = only(run([QUIET] * 6 + [LOUD] * 6)).change
    assert found is not None
    assert (found.changed, found.direction) == (True, "rose")
    assert (found.after, found.step, found.by) == (120, 140, 140)
    assert found.rate_before == pytest.approx(sum(QUIET) / 60)
    assert found.rate_after == pytest.approx(sum(LOUD) / 60)


def test_a_flat_run_is_no_change() -> None:
    """Every run has a best cut; a flat one has no onset."""
    shifted = [QUIET[i:] + QUIET[:i] for i in range(10)]
    found = only(run(shifted), hacks=[HACKS])
    assert found.change is not None
    assert found.change.changed is False
    assert found.lag is None


def test_the_newest_checkpoint_raises_the_alarm_that_a_scan_cannot() -> None:
    """A jump at the end alone is too short for an onset and enough for an alarm."""
    found = only(run([QUIET] * 6 + [LOUD]))
    wanted = newest_against_reference([QUIET] * 6 + [LOUD], [[3] * 20] * 7)
    assert found.alarm is not None
    assert (found.alarm.estimate, found.alarm.low) == pytest.approx(wanted[:2])
    assert found.alarm.raised is True
    flat = only(run([QUIET] * 7)).alarm
    assert flat is not None and flat.raised is False


def test_points_have_the_interval_of_rates() -> None:
    """And their counts, and the training run's hack rate at or before the step."""
    point = only(run([QUIET, QUIET, LOUD]), hacks=[HACKS]).points[2]
    wanted = rate_ci_default(LOUD, [3] * 20)
    assert (point.rate, point.low, point.high) == (wanted.rate, wanted.low, wanted.high)
    assert (point.step, point.events, point.scored, point.hack_rate) == (60, sum(LOUD), 60, 0.0)


def test_the_lag_is_between_both_onsets() -> None:
    """Hacking set in after 90, by 110; misalignment after 120, by 140."""
    found = only(run([QUIET] * 6 + [LOUD] * 6), hacks=[HACKS])
    assert found.hacking is not None and found.lag is not None
    assert (found.hacking.after, found.hacking.step) == (90, 110)
    assert (found.lag.low, found.lag.estimate, found.lag.high) == (10, 30, 50)
    assert found.association is not None
    assert found.association.label == "associational"


def test_the_final_mean_has_both_errors() -> None:
    """Over checkpoints and over scenarios."""
    found = only(run([QUIET, LOUD, QUIET, LOUD]), Plan({}, ("misaligned",), final=2)).final
    low, high = sum(QUIET) / 60, sum(LOUD) / 60
    assert found is not None
    assert found.mean == pytest.approx((low + high) / 2)
    assert found.se_checkpoints == pytest.approx((high - low) / 2)
    both = rate_ci_default([q + x for q, x in zip(QUIET, LOUD, strict=True)], [6] * 20)
    assert (found.low, found.high) == (both.low, both.high)


def test_an_unscored_checkpoint_is_a_gap_and_no_zero() -> None:
    """It has no rate, and the others' onset does not know of it."""
    lost = rows([["grader_error"] * 3] * 20, checkpoint="a-130", run="a", step=130)
    parts = [
        counts(events, 3, checkpoint=f"a-{step}", run="a", step=step)
        for step, events in zip(range(20, 260, 20), [QUIET] * 6 + [LOUD] * 6, strict=True)
    ]
    found = only(table(*parts, lost))
    (point,) = [each for each in found.points if each.step == 130]
    assert (point.rate, point.scored, point.missing) == (None, 0, {"grader_error": 60})
    assert found.change is not None
    assert (found.change.after, found.change.by) == (120, 140)


def test_what_else_is_in_the_table_changes_no_series() -> None:
    """Nor does the order of its rows."""
    alone = run([QUIET] * 4 + [LOUD] * 4)
    more = pd.concat([run([LOUD] * 5, "b"), alone.iloc[::-1]], ignore_index=True)
    for name in ("run", "checkpoint"):
        more[name] = more[name].astype("category")
    (found,) = [each for each in trajectories(more, PLAN) if each.run == "a"]
    assert found == only(alone)


def test_unequal_visibility_has_points_and_no_onset() -> None:
    """Misaligned is not followed where it stops being shown; conduct is."""
    parts = [run([QUIET] * 3), run([LOUD] * 6, visibility="hidden").query("step > 60")]
    both = pd.concat(parts, ignore_index=True)
    for name in ("checkpoint", "visibility"):
        both[name] = both[name].astype("category")
    refused, offered = trajectories(both, Plan({}))
    assert (refused.change, refused.alarm, refused.final) == (None, None, None)
    assert "visibility" in refused.notes[0]
    assert offered.measure == "conduct"
    assert offered.change is not None


def test_items_that_not_all_checkpoints_have_are_left_out() -> None:
    """They stay in the points and count in nothing that compares checkpoints."""
    short = run([QUIET[:10]] * 3 + [LOUD]).query("step < 80")
    both = pd.concat([short, run([QUIET] * 3 + [LOUD]).query("step == 80")], ignore_index=True)
    both["checkpoint"] = both["checkpoint"].astype("category")
    assert only(both).left_out == 30


def test_checkpoints_without_a_step_are_on_no_run() -> None:
    """They are left to compare and gap."""
    assert trajectories(table(counts([0], 1)), PLAN) == []


def test_hack_rates_without_a_run_must_be_of_the_only_one() -> None:
    """With two runs nobody can say whose they are."""
    two = pd.concat([run([QUIET] * 3), run([QUIET] * 3, "b")], ignore_index=True)
    for name in ("run", "checkpoint"):
        two[name] = two[name].astype("category")
    unnamed = HackRates(None, HACKS.steps, HACKS.rates, None)
    with pytest.raises(BadInput, match="several \\(a, b\\)"):
        trajectories(two, PLAN, [unnamed])
    assert only(run([QUIET] * 3), hacks=[unnamed]).hacking is not None


def test_too_few_checkpoints_say_so() -> None:
    """Two have no onset, and the note says what it takes."""
    found = only(run([QUIET, LOUD]))
    assert found.change is None
    assert found.notes == ("an onset needs three checkpoints with scored samples, found 2",)
    assert to_json([found])["schema"] == 1
