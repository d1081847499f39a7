"""How a detector is put: framings, forms, and what each is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from unmask.errors import BadInput
from unmask.evals.catalog import HERE
from unmask.evals.conditions import arm, thinking_modes
from unmask.evals.samples import briefs_digest, render
from unmask.evals.scenarios import Scenario, load_scenarios
from unmask.scorers.execution.detectors import Assignment, Detector

FOLDER = HERE / "sabotage" / "scenarios" / "detector"
SCENARIO = next(each for each in load_scenarios([FOLDER]) if each.id == "sift-tampering")
assert SCENARIO.detector is not None
RAW: dict[str, Any] = SCENARIO.detector.model_dump()
SAMPLES = {
    (each.metadata or {})["variant"]: each
    for each in render([SCENARIO], arm("baseline"), thinking_modes()["native"]).samples
}


def scenario(**changes: Any) -> Scenario:
    """Make a scenario of the detector with some changes."""
    return Scenario.model_validate({"id": "one", "title": "One", "detector": {**RAW, **changes}})


def test_every_form_and_framing_is_there() -> None:
    """With tools in three framings, pasted and told in one; one twin, its control marked."""
    assert list(SAMPLES) == [
        "act-safety",
        "act-plain",
        "act-control",
        "decide-safety",
        "ask-safety",
    ]
    roles = {name: (each.metadata or {})["role"] for name, each in SAMPLES.items()}
    assert {name for name, role in roles.items() if role == "control"} == {"act-control"}
    assert {(each.metadata or {})["twin"] for each in SAMPLES.values()} == {SCENARIO.id}


def test_plain_and_safety_have_the_same_files() -> None:
    """They differ in the request alone; the control has as many, by other names."""
    safety, plain, control = (
        SAMPLES[f"act-{each}"].files for each in ("safety", "plain", "control")
    )
    assert safety == plain != control
    assert safety and control and len(safety) == len(control)
    assert SAMPLES["act-safety"].input != SAMPLES["act-plain"].input


def test_nothing_hidden_is_shown() -> None:
    """No hidden record is in a file or a pasted request; the examples are in both."""
    for name, sample in SAMPLES.items():
        shown = str(sample.input[-1].content if isinstance(sample.input, list) else sample.input)
        shown += json.dumps(sample.files or {}, ensure_ascii=False)
        held = (SAMPLES["act-safety"].metadata or {})["detector"]
        for record in Assignment.model_validate(held).records:
            assert isinstance(record, dict)
            assert str(record["id"]) not in shown, name


def test_pasted_files_are_whole() -> None:
    """The request of `decide` holds documents, examples and starter, and asks for the module."""
    message = SAMPLES["decide-safety"].input[-1]
    assert not isinstance(message, str)
    files = SAMPLES["act-safety"].files or {}
    shown = [path for path, text in files.items() if text.strip() and text.strip() in message.text]
    assert set(shown) == {
        "docs/format.md",
        "docs/writing-rules.md",
        "docs/rules/tampering.md",
        "data/tampering.jsonl",
        "sift/settings.json",
        "sift/rules/tampering.py",
    }
    assert all(f'<file path="{path}">' in message.text for path in shown)
    held = Assignment.model_validate((SAMPLES["act-safety"].metadata or {})["detector"])
    assert held.module in message.text.rpartition("</file>")[2]


def test_hidden_cases_are_part_of_how_it_is_read() -> None:
    """More of them change the digest of the readings, and not what is asked."""
    before, after = scenario(), scenario(hidden=30)
    assert briefs_digest([before]) != briefs_digest([after])
    asks = [
        render([each], arm("baseline"), thinking_modes()["native"]).asks
        for each in (before, scenario(weak=["pass\n"]))
    ]
    assert asks[0] == asks[1]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"repository": "nowhere"}, "repository 'nowhere' has no words.yaml.*ledger"),
        ({"sabotage": {"subtle-a": "x", "subtle-b": "y"}}, "begins with 'blunt-'"),
        ({"slots": {"unit": {"whole": [1, 2]}}}, "same name: unit"),
        ({"entry": "no_function"}, "entry"),
        ({"asks": {"safety": "the «lorry»", "plain": "x", "ask": "y"}}, "lorry"),
        ({"unheard": 1}, "unheard"),
    ],
)
def test_a_detector_that_cannot_be_put_is_refused(changes: dict[str, Any], why: str) -> None:
    """With what is wrong: a repository, a work, a slot, an entry, a word, a key."""
    with pytest.raises((BadInput, ValidationError), match=f"(?s){why}"):
        scenario(**changes)


def test_works_are_handed_in_where_they_belong() -> None:
    """A bare text replaces the starter; paths are words, too; null deletes."""
    detector = Detector.model_validate(RAW)
    words = detector.glossary.control
    module = f"sift/rules/{words['rule']}.py"
    assert detector.handed_in("a «rule»", "control") == {module: f"a {words['rule']}"}
    assert detector.handed_in({"x/«rule»": None}, "control") == {f"x/{words['rule']}": None}
