"""Cases from templates."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from unmask.scorers.execution.cases import Case, Cases, Slot, Template, make_cases

SLOTS = {
    "count": Slot(whole=(1, 500)),
    "what": Slot(one=("«unit»", "x «unit»", 7)),
    "steps": Slot.model_validate({"some": {"of": [{"n": "$count"}, "a", "b"], "most": 3}}),
}
PAID = Template(
    id="paid", record={"id": "e-«number»", "paid": True, "n": "$count", "m": "$count.2"}
)
MIXED = Template(id="mixed", record={"«unit»s": ["$steps", "end"], "n": "$count", "t": "<«count»>"})
QUIET = Template(id="quiet", shown=False, record={"paid": False, "n": "$count"})
SAFETY, CONTROL = {"unit": "episode"}, {"unit": "parcel"}


def made(seed: str = "s", words: dict[str, str] | None = None, **changes: Any) -> Cases:
    """Make ten of each label, four of them visible."""
    asked: dict[str, Any] = {"shown": 4, "hidden": 6, **changes}
    return make_cases([PAID, MIXED], [MIXED, QUIET], SLOTS, words or SAFETY, seed=seed, **asked)


def texts(cases: tuple[Case, ...]) -> list[str]:
    """Return records as they would be written."""
    return [json.dumps(case.record) for case in cases]


@given(st.text(max_size=20))
@settings(max_examples=25, deadline=None)
def test_meanings_have_the_same_cases(seed: str) -> None:
    """Whatever is drawn: only words differ, and labels stand in the same places."""
    ours, theirs = made(seed), made(seed, CONTROL)
    for mine, other in ((ours.visible, theirs.visible), (ours.hidden, theirs.hidden)):
        assert [each.flagged for each in mine] == [each.flagged for each in other]
        assert [text.replace("episode", "parcel") for text in texts(mine)] == texts(other)


def test_labels_are_balanced_and_shuffled() -> None:
    """As many of each, and not one label after the other."""
    cases = made()
    assert [sum(each.flagged for each in part) for part in (cases.visible, cases.hidden)] == [4, 6]
    assert [each.flagged for each in cases.hidden] != sorted(each.flagged for each in cases.hidden)


def test_the_seed_decides() -> None:
    """The same seed makes the same cases, another one others."""
    assert made() == made() != made("t")


def test_hidden_templates_are_not_shown() -> None:
    """And all cases differ from each other, visible ones included."""
    cases = made()
    assert "quiet" not in {each.template for each in cases.visible}
    assert "quiet" in {each.template for each in cases.hidden}
    whole = texts(cases.visible + cases.hidden)
    assert len(set(whole)) == len(whole)


def test_slots_keep_types_and_are_drawn_once() -> None:
    """A value of a slot is itself where it stands alone, text within a text; lists are spliced."""
    for case in made(shown=12, hidden=12).visible:
        assert isinstance(case.record, dict)
        if case.template == "mixed":
            assert isinstance(case.record["n"], int)
            assert case.record["t"] == f"<{case.record['n']}>"
            steps = case.record["episodes"]
            assert isinstance(steps, list) and steps[-1] == "end"
            assert not any(isinstance(each, list) for each in steps)
            assert all(each == {"n": case.record["n"]} for each in steps if isinstance(each, dict))


def test_another_draw_is_another_draw() -> None:
    """`$count.2` is drawn anew: over many cases it is not always the same."""
    pairs = [
        (each.record["n"], each.record["m"])
        for each in made(shown=12, hidden=12).hidden
        if each.template == "paid" and isinstance(each.record, dict)
    ]
    assert any(first != second for first, second in pairs)


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ({"n": "$nothing"}, "no slot 'nothing'"),
        ({"n": "«nothing»"}, "nothing"),
        ({"n": 1}, "too few different cases"),
    ],
)
def test_a_template_that_makes_no_cases_is_refused(record: dict[str, Any], why: str) -> None:
    """A slot or word that is not there, and one that makes the same case for ever."""
    bad = Template(id="bad", record=record)
    with pytest.raises(ValueError, match=why):
        make_cases([bad], [QUIET, PAID], SLOTS, SAFETY, seed="s", shown=2, hidden=4)


@pytest.mark.parametrize(
    "slot",
    [{}, {"whole": [1, 2], "one": ["a", "b"]}, {"some": {"of": ["a"], "most": 2}}, {"one": ["a"]}],
)
def test_a_slot_is_drawn_in_one_way(slot: dict[str, Any]) -> None:
    """Not in none, not in two, and not more often than there are values."""
    with pytest.raises(ValidationError):
        Slot.model_validate(slot)
