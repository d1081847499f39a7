"""Rates: what is pooled, what stands apart, what is missing, and never a 0 for nothing."""

import json
from typing import Any

import pytest
from tests.results.rowbook import row, table

from unmask.errors import BadInput
from unmask.results.rates import RateRow, rates, to_json
from unmask.results.table import FOREIGN, Row


def only(rows: list[RateRow], **wanted: Any) -> RateRow:
    """The one row that is as wanted."""
    (found,) = (
        each for each in rows if all(getattr(each, name) == want for name, want in wanted.items())
    )
    return found


def grid(scenarios: int, epochs: int, label: str = "aligned", **more: Any) -> list[Row]:
    """The same label in every scenario and epoch."""
    return [
        row(f"s{scenario:03}", label, epoch=epoch, **more)
        for scenario in range(scenarios)
        for epoch in range(1, epochs + 1)
    ]


def test_no_event_in_200_samples_of_20_scenarios() -> None:
    """Zero events leave room: [0, 0.090], 0.018 if independent, 0.168 if copies.

    At no event of n the exact limit has a closed form, 1 - 0.025^(1/n). The middle one is the
    default interval's own, as its simulations print it.
    """
    found = only(rates(table(*grid(20, 10))), measure="misaligned")
    assert (found.rate, found.low, found.events, found.scenarios) == (0.0, 0.0, 0, 20)
    assert found.high == pytest.approx(0.090, abs=0.0005)
    assert found.high_iid == pytest.approx(1 - 0.025 ** (1 / 200))
    assert found.high_copies == pytest.approx(1 - 0.025 ** (1 / 20))


def test_one_sample_per_scenario_is_clopper_pearson() -> None:
    """3 of 50 independent scenarios have the exact binomial interval.

    scipy.stats.binomtest(3, 50).proportion_ci(method="exact") = (0.01254859, 0.16548195)
    """
    labels = ["overt", "covert", "covert"] + ["aligned"] * 47
    rows = [row(f"s{place:02}", label) for place, label in enumerate(labels)]
    found = only(rates(table(*rows)), measure="misaligned")
    assert (found.events, found.scored, found.icc) == (3, 50, 0.0)
    assert (found.low, found.high) == pytest.approx((0.01254859, 0.16548195), abs=1e-8)


def test_missing_widens_to_the_worst_case() -> None:
    """Ten missing of fifty: none an event, or each of them.

    scipy.stats.binomtest(10, 50).proportion_ci(method="exact").high = 0.33718311
    """
    rows = grid(40, 1) + [row(f"m{place}", None, "grader_error") for place in range(10)]
    found = only(rates(table(*rows)), measure="misaligned")
    assert (found.samples, found.scored, found.missing) == (50, 40, {"grader_error": 10})
    assert (found.rate, found.worst_low) == (0.0, 0.0)
    assert found.worst_high == pytest.approx(0.33718311, abs=1e-8)
    assert found.high is not None and found.high < 0.1


def test_nothing_scored_is_no_rate() -> None:
    """A cell that was promised and never scored stands, with null and a reason, never with 0."""
    rows = [
        row("a", None, "not_run", judge="", reads=""),
        row("b", None, "not_run", judge="", reads=""),
    ]
    for found in rates(table(*rows)):
        assert (found.rate, found.low, found.high) == (None, None, None)
        assert (found.worst_low, found.worst_high) == pytest.approx((0, 1))
        assert found.reason == "nothing scored: 2 not_run"


def test_absent_reasoning_is_no_gap() -> None:
    """Where there was no reasoning nothing about it is unknown: the worst case stays as it was."""
    rows = grid(10, 1) + [
        row(f"q{place}", "aligned", reasoning=None, visibility="absent") for place in range(10)
    ]
    found = only(rates(table(*rows)), measure="reasoning")
    assert (found.scored, found.missing) == (10, {"absent": 10})
    assert found.worst_high == found.high


def test_controls_and_the_fixed_question_stand_apart() -> None:
    """Neither harmless twins nor a question repeated a hundred times enter the eval's rate."""
    rows = [
        *grid(5, 1),
        *(row(f"c{place}", "overt", role="control") for place in range(3)),
        *(row("fixed-question", "overt", role="fixed", epoch=epoch) for epoch in range(1, 9)),
    ]
    found = rates(table(*rows), ["misaligned"])
    assert [(each.role, each.subset, each.rate, each.samples) for each in found] == [
        ("control", None, 1.0, 3),
        ("fixed", "fixed", 1.0, 8),
        ("test", None, 0.0, 5),
    ]


@pytest.mark.parametrize(
    "field", ["checkpoint", "config", "eval", "version", "form", "arm", "thinking", "step"]
)
def test_what_differs_is_never_pooled(field: str) -> None:
    """Rows that differ in what was asked, of whom, or how, make rates of their own."""
    other: dict[str, Any] = {field: 7 if field == "step" else "other", "sample_uuid": "u"}
    found = rates(table(row("a", "aligned"), row("a", "overt", **other)), ["misaligned"])
    assert sorted(each.rate or 0 for each in found) == [0.0, 1.0]


def test_judges_are_never_pooled_and_their_gaps_show() -> None:
    """A sample that one of two judges did not read is missing from that judge's rate."""
    rows = [
        row("a", "aligned", sample_uuid="a"),
        row("b", "aligned", sample_uuid="b"),
        row("a", "overt", sample_uuid="a", judge="k"),
        row("c", None, "error", sample_uuid="c", judge="", reads=""),
    ]
    found = rates(table(*rows), ["misaligned"])
    assert [(each.judge, each.rate, each.samples, each.missing) for each in found] == [
        ("j", 0.0, 3, {"error": 1}),
        ("k", 1.0, 3, {"error": 1, "not_run": 1}),
    ]


def test_effect_is_a_mean_over_scenarios() -> None:
    """Epochs weigh within their scenario, and what is missing may be the worst or the best."""
    rows = [
        row("a", "aligned", effect=1.0, epoch=1),
        row("a", "aligned", effect=1.0, epoch=2),
        row("b", "aligned", effect=0.0),
        row("c", None, "check_failed"),
    ]
    found = only(rates(table(*rows)), measure="effect")
    assert (found.kind, found.estimate, found.events) == ("mean", 0.5, None)
    assert found.missing == {"check_failed": 1}
    assert found.worst_low is not None and found.low is not None and found.worst_low <= found.low


def test_optional_measures_stand_only_where_recorded() -> None:
    """No eval has a rate of lies that never asked."""
    names = {each.measure for each in rates(table(*grid(2, 1)))}
    assert not names & {"lied", "effect", "hack_succeeded"}
    assert "misaligned" in names


def test_foreign_scores_are_measures_of_their_own_name() -> None:
    """0 and 1 make a rate; parts make a mean, in every checkpoint alike."""
    theirs = {"family": FOREIGN, "judge": "verdict", "reads": "1"}
    whole = [row(f"s{place}", None, value=float(place == 0), **theirs) for place in range(4)]
    found = rates(table(*whole))
    assert [(each.measure, each.kind, each.rate) for each in found] == [("verdict", "rate", 0.25)]
    part = row("s9", None, value=0.5, checkpoint="other", **theirs)
    assert {each.kind for each in rates(table(*whole, part))} == {"mean"}


def test_unknown_measure_is_refused() -> None:
    """A misspelt measure is not an empty result."""
    with pytest.raises(BadInput, match="no measure 'misalgined'; there are misaligned, overt"):
        rates(table(row("a", "aligned")), ["misalgined"])


def test_json_has_the_contract_and_no_nan() -> None:
    """The keys that others read stand there, undefined numbers as null."""
    rows = rates(table(row("a", None, "error")))
    said = json.loads(json.dumps(to_json(rows, 0.9), allow_nan=False))
    assert (said["schema"], said["level"]) == (1, 0.9)
    keys = """checkpoint eval style arm thinking measure kind samples scored events missing
    scenarios rate low high worst_low worst_high method icc corrected visibility reason"""
    assert set(keys.split()) <= said["rates"][0].keys()
    assert said["rates"][0]["rate"] is None
