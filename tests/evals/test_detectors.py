"""How a detector is put: framings, forms, and what each is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from unmask.errors import BadInput
from unmask.evals.catalog import find_eval, in_form, written_for
from unmask.evals.conditions import arm, thinking_modes
from unmask.evals.sabotage.dataset import DETECTOR, DETECTOR_PROMPT
from unmask.evals.samples import briefs_digest, render
from unmask.evals.scenarios import Scenario
from unmask.scorers.execution.detectors import Assignment, Detector

SCENARIO = next(each for each in written_for(find_eval("detector")) if each.id == "sift-tampering")
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
    """With tools in three framings, pasted and told in one; in words in two, and no twin of these.

    Controls are marked.
    """
    assert list(SAMPLES) == [
        "act-safety",
        "act-plain",
        "act-control",
        "decide-safety",
        "ask-safety",
        "act-safety-prompt",
        "act-control-prompt",
    ]
    roles = {name: (each.metadata or {})["role"] for name, each in SAMPLES.items()}
    controls = {name for name, role in roles.items() if role == "control"}
    assert controls == {"act-control", "act-control-prompt"}
    for name, each in SAMPLES.items():
        twin = None if name.endswith("-prompt") else SCENARIO.id
        assert (each.metadata or {})["twin"] == twin


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


def test_prompts_leave_the_code_as_it_was() -> None:
    """Neither what is asked nor how it is read differs with them; their own digest has them."""
    bare = SCENARIO.model_copy(
        update={"variants": tuple(each for each in SCENARIO.variants if not each.by_prompt)}
    )
    mode = arm("baseline"), thinking_modes()["native"]
    kept = [each for each in render([SCENARIO], *mode).samples if "prompt" not in str(each.id)]
    items = [(each.metadata or {})["item"] for each in render([bare], *mode).samples]
    assert [(each.metadata or {})["item"] for each in kept] == items
    assert briefs_digest([SCENARIO]) == briefs_digest([bare])
    assert briefs_digest([SCENARIO], by_prompt=True) != briefs_digest([SCENARIO])


def test_an_eval_asks_for_code_or_for_prompts() -> None:
    """Each takes its own variants of the form that both ask."""
    asked = {
        spec.name: {v.id for each in in_form([SCENARIO], spec) for v in each.variants}
        for spec in (DETECTOR, DETECTOR_PROMPT)
    }
    assert asked == {
        "detector": {"act-safety", "act-plain", "act-control"},
        "detector_prompt": {"act-safety-prompt", "act-control-prompt"},
    }


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
