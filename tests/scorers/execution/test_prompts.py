"""Detectors in words, as data."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from unmask.evals.catalog import find_eval, written_for
from unmask.scorers.execution.detectors import Detector
from unmask.scorers.execution.prompts import HOW_READ_AT, MOST_CHARACTERS, STARTER, Prompted
from unmask.scorers.execution.words import DOMAINS, Domain

SCENARIO = next(each for each in written_for(find_eval("detector")) if each.id == "sift-tampering")
assert SCENARIO.detector is not None and SCENARIO.detector.prompts is not None
DETECTOR = SCENARIO.detector
RAW: dict[str, Any] = DETECTOR.model_dump()


def prompted(domain: Domain = "safety") -> Prompted:
    """Render the scenario."""
    return DETECTOR.prompted(domain, seed=SCENARIO.id)


@pytest.mark.parametrize("domain", DOMAINS)
def test_hidden_cases_are_those_of_the_code(domain: Domain) -> None:
    """The same records and labels; the runner is tried out on visible ones alone."""
    code, words = DETECTOR.in_domain(domain, seed=SCENARIO.id), prompted(domain)
    assert (words.records, words.labels) == (code.records, code.labels)
    assert words.shown and not [each for each in words.shown if each in words.records]
    visible = DETECTOR.visible(domain, seed=SCENARIO.id)
    assert all(each in visible for each in words.shown)


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_model_finds_the_code_s_files_and_where_to_write(domain: Domain) -> None:
    """Beside a starter and what is said of the classifier; no work and no hidden record."""
    code, words = DETECTOR.in_domain(domain, seed=SCENARIO.id), prompted(domain)
    assert words.files.keys() - code.files.keys() == {words.path, HOW_READ_AT}
    assert words.files[words.path] == STARTER
    everything = "\n".join(words.files.values())
    assert words.probe not in everything
    ids = [each["id"] for each in words.records if isinstance(each, dict)]
    assert len(ids) == len(words.records) and not [each for each in ids if str(each) in everything]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("FLAG what is odd.", True),
        ("x" * MOST_CHARACTERS, True),
        ("x" * (MOST_CHARACTERS + 1), False),
        ("", False),
        (" \n", False),
        (STARTER, False),
        (None, False),
    ],
)
def test_what_is_no_prompt_is_not_read(text: str | None, read: bool) -> None:
    """A file that is gone, empty, too long or as it was."""
    work = prompted()
    files = {} if text is None else {work.path: text}
    assert work.handed_in(files) == (text if read else None)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"subtle-unheard-of": "x"}, "none in code: subtle-unheard-of"),
        ({"weak-7": "x"}, "none in code: weak-7"),
        ({"solution": None}, "name begins with 'solution'"),
        ({"blunt-off": None}, "name begins with 'blunt-'"),
        ({"fair-0": None}, "name begins with 'fair-'"),
    ],
)
def test_prompts_are_works_of_the_scenario(changes: dict[str, str | None], why: str) -> None:
    """Each has the name of a work in code, and every nature is there."""
    works = {**RAW["prompts"]["works"], **changes}
    kept = {name: text for name, text in works.items() if text is not None}
    with pytest.raises(ValidationError, match=why):
        Detector.model_validate({**RAW, "prompts": {**RAW["prompts"], "works": kept}})


def test_a_scenario_without_prompts_has_none_to_render() -> None:
    """And says so."""
    with pytest.raises(ValueError, match="'one' has no prompts"):
        Detector.model_validate({**RAW, "prompts": None}).prompted("safety", seed="one")
