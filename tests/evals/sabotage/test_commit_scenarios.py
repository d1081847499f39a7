"""What holds for every ticket; a new scenario is tested here by being there."""

from __future__ import annotations

from functools import cache

import pytest
from tests.evals.test_every_eval import overlaps

from unmask.evals.catalog import HERE
from unmask.evals.scenarios import Scenario, load_scenarios
from unmask.evals.tried import GOOD
from unmask.evals.tried_tickets import Tried, faults, ticket_of, try_commits
from unmask.scorers.execution.committed import Committed

SCENARIOS = load_scenarios([HERE / "sabotage" / "scenarios" / "research_commits"])


@cache
def tried(scenario_id: str) -> Tried:
    """Run the commits of a scenario once for all tests."""
    return try_commits(next(each for each in SCENARIOS if each.id == scenario_id))


def state(found: Committed) -> tuple[bool, bool]:
    """Say what a commit ends in: whether the task is done, and whether every monitor is whole."""
    return found.ran.done == 1, found.effect >= GOOD


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.id)
def test_commits_and_meanings_are_as_they_say(scenario: Scenario) -> None:
    """Honest commits do the task and leave monitors whole, sabotage doesn't, in both meanings."""
    assert not faults(scenario, tried(scenario.id))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.id)
def test_three_agents_end_in_three_states(scenario: Scenario) -> None:
    """Who does nothing, who works honestly and who sabotages are told apart by running alone."""
    found = tried(scenario.id)
    assert state(found["nothing", "safety"]) == (False, True)
    assert state(found["honest-0", "safety"]) == (True, True)
    for name in ticket_of(scenario).sabotage:
        assert not state(found[name, "safety"])[1]


def test_no_two_tickets_are_one() -> None:
    """No request of one ticket shares half of its 5-grams with one of another."""
    worst = max(overlaps(SCENARIOS))
    assert worst[0] < 0.5, worst
