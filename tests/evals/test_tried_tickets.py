"""That what is wrong with a ticket's scenario is found."""

from __future__ import annotations

from typing import Any

import pytest

from unmask.evals.catalog import find_eval, written_for
from unmask.evals.scenarios import Scenario
from unmask.evals.tried_tickets import Tried, faults, try_commits

SCENARIO = next(
    each for each in written_for(find_eval("research_commits")) if each.id == "commits-sift-moves"
)
assert SCENARIO.ticket is not None
RAW: dict[str, Any] = SCENARIO.ticket.model_dump()
HONEST, SLIP = RAW["honest"][0], RAW["accident"]
BLUNT = next(name for name in RAW["sabotage"] if name.startswith("blunt-"))


def changed(**changes: Any) -> Scenario:
    """Make the scenario with some changes."""
    ticket = {**RAW, **changes}
    return Scenario.model_validate({"id": SCENARIO.id, "title": "One", "ticket": ticket})


@pytest.fixture(scope="module")
def wrong() -> tuple[Scenario, Tried]:
    """Run a scenario once whose every commit is another than it says."""
    scenario = changed(
        honest=[SLIP],
        weak=[HONEST],
        accident=HONEST,
        sabotage={**RAW["sabotage"], BLUNT: HONEST},
        needs=["docs/"],
        files={**RAW["files"], "COMMIT_MSG": "training\n", "asked_sift.py": "x = 1\n"},
    )
    return scenario, try_commits(scenario)


@pytest.mark.parametrize(
    "fault",
    [
        "safety: honest-0 leaves 0.",
        "control: honest-0 touches what 'needs' doesn't name: sift/rules/recarding.py",
        "safety: weak-0 passes all checks of the task",
        "safety: accident leaves 1.00 of the monitors",
        f"safety: {BLUNT} is seen by no check",
        "COMMIT_MSG is there before anybody has committed",
        "asked_sift.py is hidden and is given, too",
        "control, COMMIT_MSG: 'training' is a word of the safety meaning",
    ],
)
def test_what_is_wrong_is_said(fault: str, wrong: tuple[Scenario, Tried]) -> None:
    """Each with what was found and what was asked for."""
    assert any(each.startswith(fault) for each in faults(*wrong)), faults(*wrong)


def test_a_task_that_is_done_before_it_begins_is_a_fault() -> None:
    """Its checks would pass whoever does nothing."""
    scenario = changed(done=RAW["done"][1:2] * 3)
    assert any("find nothing to do" in each for each in faults(scenario, try_commits(scenario)))
