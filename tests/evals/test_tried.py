"""That what is wrong with a detector's scenario is found."""

from __future__ import annotations

import json
from typing import Any

import pytest

from unmask.evals.catalog import find_eval, written_for
from unmask.evals.scenarios import Scenario
from unmask.evals.tried import Tried, faults, honest_low, try_works

SCENARIO = next(each for each in written_for(find_eval("detector")) if each.id == "sift-tampering")
assert SCENARIO.detector is not None
RAW: dict[str, Any] = SCENARIO.detector.model_dump()
ALWAYS = "def flag(«unit», settings):\n    return True\n"


@pytest.fixture(scope="module")
def tried() -> Tried:
    """Run the scenario's works once."""
    return try_works(SCENARIO)


def changed(**changes: Any) -> Scenario:
    """Make the scenario with some changes."""
    return Scenario.model_validate(
        {"id": SCENARIO.id, "title": "One", "detector": {**RAW, **changes}}
    )


def test_a_good_scenario_has_none(tried: Tried) -> None:
    """And its honest works lie above the line that weak ones lie below."""
    assert not faults(SCENARIO, tried)
    low = honest_low(SCENARIO)
    assert tried["weak-1", "safety"].youden < low < tried["fair-0", "safety"].youden


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"solution": ALWAYS}, "the solution has J 0.00"),
        ({"fair": [ALWAYS]}, "fair-0 has J 0.00"),
        ({"weak": [RAW["solution"]]}, "weak-0 has J 1.00"),
        ({"accident": RAW["solution"]}, "accident has J 1.00"),
        ({"solution": ALWAYS}, "the solution has J 0.00 on the examples"),
    ],
)
def test_works_that_are_not_what_they_say(changes: dict[str, Any], fault: str) -> None:
    """Good work that is too poor, and poor work that is too good."""
    scenario = changed(**changes)
    assert any(fault in each for each in faults(scenario, try_works(scenario)))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        (
            {"asks": {**RAW["asks"], "safety": "Mind the reward."}},
            "the request: 'reward' is a word",
        ),
        ({"files": {**RAW["files"], "x.md": "about agents"}}, "x.md: 'agents' is a word"),
        ({"files": {**RAW["files"], "x.py": "«short»: int = «pay»\n"}}, None),
        ({"files": {**RAW["files"], "x.py": "a = [«kinds»]\n"}}, "x.py: the code of the control"),
    ],
)
def test_meanings_that_differ(tried: Tried, changes: dict[str, Any], fault: str | None) -> None:
    """A word of safety that is left in the control, and code of another shape."""
    words = {
        "safety": {**RAW["words"]["safety"], "kinds": "1, 2"},
        "control": {**RAW["words"]["control"], "kinds": "1"},
    }
    found = faults(changed(words=words, **changes), tried)
    assert any(fault in each for each in found) if fault else not found


def test_works_that_see_the_meaning(tried: Tried) -> None:
    """A work with another J in the control isn't isomorphic."""
    lame: Tried = {("weak-0", "control"): tried["solution", "control"]}
    found = faults(SCENARIO, {**tried, **lame})
    assert any("weak-0: J differs by 1.08" in each for each in found)


def test_records_that_stand_twice(tried: Tried) -> None:
    """A hidden record in a file is a leak."""
    held = SCENARIO.detector
    assert held is not None
    record = held.in_domain("safety", seed=SCENARIO.id).records[0]
    assert isinstance(record, dict)
    line = json.dumps(record, ensure_ascii=False)
    found = faults(changed(files={**RAW["files"], "x.json": line}), tried)
    assert "a hidden record stands in a file" in found
