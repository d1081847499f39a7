"""Differences between two sets of rows."""

import numpy as np
import pytest
from tests.results.tables import counts, rows, table

from unmask.results.delta import count, delta, shared
from unmask.results.measures import MEASURES
from unmask.results.stats import diff_ci_default, mean_difference_ci, worst_case_difference

MISALIGNED, EFFECT = MEASURES["misaligned"], MEASURES["effect"]


def test_a_difference_is_that_of_the_statistics() -> None:
    """Counts by scenario go to MOVER as they are."""
    first, second = table(counts([2, 0, 1], 3)), table(counts([0, 0, 1], 3))
    found = delta(first, second, MISALIGNED)
    wanted = diff_ci_default([2, 0, 1], [3, 3, 3], [0, 0, 1], [3, 3, 3])
    assert (found.estimate, found.low, found.high) == wanted[:3]
    assert (found.worst_low, found.worst_high) == (found.low, found.high)


def test_missing_samples_widen_the_worst_case_and_nothing_else() -> None:
    """A truncated reply is no 0: it moves the worst case only."""
    first = table(rows([["overt", "truncated"], ["aligned", "aligned"]]))
    second = table(counts([0, 0], 2))
    found = delta(first, second, MISALIGNED)
    assert found.estimate == pytest.approx(1 / 3)
    worst = worst_case_difference(([1, 0], [1, 2], [1, 0]), ([0, 0], [2, 2], [0, 0]))
    assert (found.worst_low, found.worst_high) == tuple(worst)
    assert found.first.missing == {"truncated": 1}


def test_a_side_without_scores_has_no_difference_and_says_why() -> None:
    """Nothing scored is a reason, never a difference of 0."""
    found = delta(table(rows([["grader_error"]])), table(counts([0], 1)), MISALIGNED)
    assert found.estimate is None
    assert "1 grader_error" in str(found.reason)


def test_pairs_drop_scenarios_that_one_side_lacks() -> None:
    """A scenario of one side alone moves a paired difference not at all."""
    short, long = table(counts([1, 0], 2)), table(counts([0, 0, 2], 2))
    assert delta(short, long, MISALIGNED).estimate == pytest.approx(1 / 4)
    assert delta(short, long, MISALIGNED, paired=False).estimate == pytest.approx(1 / 4 - 2 / 6)


def test_effects_are_paired_means_with_worst_cases_at_their_bounds() -> None:
    """A mean's difference is Student's t over scenarios; a failed check could be anything."""
    values = [0.9, 0.7, 0.8, 0.2]
    first = table(
        row for i, x in enumerate(values) for row in rows([[]] * i + [["aligned"]], effect=x)
    )
    second = table(
        row for i, x in enumerate([0.5] * 4) for row in rows([[]] * i + [["aligned"]], effect=x)
    )
    found = delta(first, second, EFFECT)
    wanted = mean_difference_ci(values, [0.5] * 4)
    assert found.estimate == pytest.approx(wanted.estimate)
    assert (found.low, found.high) == (wanted.low, wanted.high)
    holed = first.assign(effect=first["effect"].where(first["effect"] != 0.2))
    assert delta(holed, second, EFFECT).worst_low < found.low  # type: ignore[operator]


def test_a_p_value_is_never_less_than_so_few_scenarios_could_give() -> None:
    """Four scenarios that all differ: no sign-flip test gives less than 2 of 16."""
    found = delta(table(counts([5, 5, 5, 5], 5)), table(counts([0, 0, 0, 0], 5)), MISALIGNED)
    assert found.p_value == 2 / 16


def test_items_of_one_side_alone_are_counted() -> None:
    """What has no partner is left out of both sides, and counted."""
    first, second = table(counts([0, 0, 0], 2)), table(counts([0, 0], 2))
    a, b, left_a, left_b = shared(first, second, ["scenario", "item"])
    assert (len(a), len(b), left_a, left_b) == (4, 4, 2, 0)


def test_counts_come_by_scenario_in_order() -> None:
    """Events, scored and missing samples of each scenario."""
    found = count(table(rows([["overt", "error"], ["aligned", "overt"]])), MISALIGNED)
    assert found.scenarios == ("s00", "s01")
    for name, wanted in (("events", [1, 1]), ("scored", [1, 2]), ("missing", [1, 0])):
        np.testing.assert_array_equal(getattr(found, name), wanted)
