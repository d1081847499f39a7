"""Comparing checkpoints, arms and packs of scenarios."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.results.tables import counts, row, rows, table

from unmask.errors import BadInput
from unmask.results.compare import Plan, compare, compare_arms, compare_private
from unmask.results.comparison import Comparison, to_json
from unmask.results.stats import diff_p_value, holm_adjust

PLAN = Plan({}, ("misaligned",))
EVENTS = st.lists(st.integers(0, 3), min_size=4, max_size=8)


def pair(before: list[int], after: list[int], epochs: int = 3, **more: Any) -> pd.DataFrame:
    """Two checkpoints on the same scenarios."""
    return table(
        counts(before, epochs, checkpoint="base", **more),
        counts(after, epochs, checkpoint="new", **more),
    )


def leading(found: list[Comparison]) -> Comparison:
    """The one row that leads."""
    (only,) = [each for each in found if each.leads]
    return only


def test_a_regression_is_named_with_its_transcripts() -> None:
    """A large rise is called one, and says where to look."""
    found = leading(compare(pair([0] * 30, [0, 3] * 15), "base", "new", PLAN))
    assert found.verdict == "regressed"
    assert found.robust is True
    assert found.difference is not None
    assert found.difference.estimate == 0.5
    worst = found.discordant[0]
    assert (worst.first, worst.second) == (1.0, 0.0)
    assert worst.first_samples[0].log == "new.eval"
    assert worst.first_samples[0].uuid.startswith("new/goals")
    assert to_json([found])["regressed"] == ["goals"]


@given(EVENTS)
@settings(max_examples=15, deadline=None)
def test_the_same_checkpoint_twice_never_regressed(events: list[int]) -> None:
    """Equal counts give a difference of 0, p = 1 and no name."""
    found = leading(compare(pair(events, events), "base", "new", PLAN))
    assert found.difference is not None
    assert (found.difference.estimate, found.difference.p_value) == (0, 1)
    assert found.verdict == "no difference shown"


@given(EVENTS, EVENTS)
@settings(max_examples=15, deadline=None)
def test_swapping_the_sides_negates_the_difference(one: list[int], two: list[int]) -> None:
    """Candidate minus baseline is the negative of baseline minus candidate."""
    size = min(len(one), len(two))
    both = pair(one[:size], two[:size])
    there = leading(compare(both, "base", "new", PLAN)).difference
    back = leading(compare(both, "new", "base", PLAN)).difference
    assert there is not None and back is not None
    assert there.estimate is not None and back.estimate is not None
    assert there.estimate == pytest.approx(-back.estimate)
    assert there.low == pytest.approx(-(back.high or 0))
    assert there.p_value == pytest.approx(back.p_value)


@given(st.randoms(use_true_random=False))
@settings(max_examples=5, deadline=None)
def test_the_order_of_rows_changes_nothing(random: Any) -> None:
    """A shuffled table compares alike."""
    both = pair([0, 1, 0, 2], [1, 1, 3, 2])
    order = list(range(len(both)))
    random.shuffle(order)
    assert compare(both.iloc[order], "base", "new", PLAN) == compare(both, "base", "new", PLAN)


def test_only_leading_rows_are_in_the_family_of_holm() -> None:
    """Two evals lead; their p-values are adjusted together and the other measures apart."""
    parts = [
        counts(events, 3, checkpoint=name, eval=asked)
        for asked, before, after in (("goals", [0] * 12, [1] * 12), ("open", [1] * 12, [2] * 12))
        for name, events in (("base", before), ("new", after))
    ]
    found = compare(table(*parts), "base", "new", Plan({}, ("misaligned", "conduct")))
    raw = [
        diff_p_value([1] * 12, 3, [0] * 12, 3),
        diff_p_value([2] * 12, 3, [1] * 12, 3),
    ]
    assert [each.adjusted for each in found if each.leads] == pytest.approx(holm_adjust(raw))
    others = [each for each in found if not each.leads]
    assert {each.adjustment for each in others} == {"bh, exploratory"}
    assert {each.verdict for each in others} <= {"rose", "fell", "no difference shown"}


def test_the_declared_headline_leads() -> None:
    """An eval whose README leads with conduct is judged by it."""
    plan = Plan({"goals": "conduct"}, ("misaligned", "conduct"))
    assert leading(compare(pair([0, 1], [1, 1]), "base", "new", plan)).measure == "conduct"


def test_unequal_visibility_refuses_the_headline_and_lets_conduct_lead() -> None:
    """What is not comparable is refused by name, and what is takes its place."""
    both = table(
        counts([0] * 5, 3, checkpoint="base"),
        counts([0] * 5, 3, checkpoint="new", visibility="hidden"),
    )
    found = compare(both, "base", "new", Plan({}, ("misaligned", "conduct")))
    refused, offered = found
    assert refused.difference is None
    assert "visibility" in str(refused.reason)
    assert (offered.measure, offered.leads) == ("conduct", True)


def test_items_that_differ_are_left_out_and_counted() -> None:
    """A scenario whose words changed is no pair."""
    changed = [replace(each, item="new words") for each in counts([3], 3, checkpoint="new")]
    both = table(
        counts([0, 0], 3, checkpoint="base"),
        changed,
        [each for each in counts([0, 1], 3, checkpoint="new") if each.scenario == "s01"],
    )
    found = leading(compare(both, "base", "new", PLAN))
    assert found.left_out == {"baseline": 3, "candidate": 3}
    assert found.difference is not None
    assert found.difference.scenarios == 1


def test_an_eval_of_one_side_alone_is_not_passed_over() -> None:
    """Its absence is a row with a reason."""
    both = table(
        counts([0], 1, checkpoint="base"),
        counts([0], 1, checkpoint="new"),
        counts([0], 1, checkpoint="base", eval="open"),
    )
    found = [each for each in compare(both, "base", "new", PLAN) if each.eval == "open"]
    assert [each.verdict for each in found] == ["not comparable"]
    assert "candidate has no samples" in str(found[0].reason)


def test_missing_samples_that_could_undo_it_are_said_beside_a_regression() -> None:
    """A rise that missing samples could hide is not robust."""
    outcomes = [["overt", "aligned", "error"]] * 30
    both = table(
        rows([["aligned", "aligned", "error"]] * 30, checkpoint="base"),
        rows(outcomes, checkpoint="new"),
    )
    found = leading(compare(both, "base", "new", PLAN))
    assert (found.verdict, found.robust) == ("regressed", False)


def test_arms_are_paired_by_wording_though_their_items_differ() -> None:
    """An arm's prompt changes every item; scenario and variant still pair."""
    hinted = [
        replace(each, item=f"{each.item}-hint")
        for each in counts([3] * 12, 3, arm="hint", variant="plain")
    ]
    found = compare_arms(table(counts([0] * 12, 3, variant="plain"), hinted), ["base"], PLAN)
    assert [(each.arm, each.verdict) for each in found] == [("hint", "rose")]


def test_private_scenarios_are_set_against_public_ones() -> None:
    """Scenarios under private/ are told apart, unpaired."""
    public = counts([0] * 20, 2)
    private = [replace(each, scenario=f"private/{each.scenario}", sample_uuid=f"p{i}")
               for i, each in enumerate(counts([2] * 20, 2))]  # fmt: skip
    (found,) = compare_private(table(public, private), ["base"], PLAN)
    assert found.contrast == "private - public"
    assert found.difference is not None
    assert found.difference.estimate == 1.0
    assert found.verdict == "rose"


def sabotage(checkpoint: str, test: float, control: float) -> list[Any]:
    """Fifteen scenarios with an effect, and their controls, a little noisy."""
    return [
        row("aligned", f"s{i:02}", checkpoint=checkpoint, role=role, item=f"{role}-{i}",
            effect=value + (i * step % 5) / 50)
        for role, value, step in (("test", test, 1), ("control", control, len(checkpoint)))
        for i in range(15)
    ]  # fmt: skip


def test_a_weak_checkpoint_has_no_excess_loss_and_a_saboteur_has() -> None:
    """Weakness loses in test and control alike; sabotage in the test alone."""
    weak = table(sabotage("base", 0.8, 0.8), sabotage("new", 0.4, 0.4))
    bad = table(sabotage("base", 0.8, 0.8), sabotage("new", 0.4, 0.8))
    verdicts = []
    for each in (weak, bad):
        (found,) = [
            r for r in compare(each, "base", "new", Plan({})) if r.contrast == "excess loss"
        ]
        assert found.difference is not None
        verdicts.append((round(found.difference.estimate or 0, 6), found.verdict))
    assert verdicts == [(0.0, "no difference shown"), (0.4, "regressed")]


def test_unknown_and_equal_checkpoints_are_refused() -> None:
    """Names are checked, with those there are."""
    both = pair([0], [0])
    with pytest.raises(BadInput, match="there are base, new"):
        compare(both, "base", "nope", PLAN)
    with pytest.raises(BadInput, match="the same checkpoint"):
        compare(both, "new", "new", PLAN)
