"""What holds for every ticket; a new scenario is tested here by being there."""

from __future__ import annotations

import pytest
from tests.evals.test_every_eval import overlaps

from unmask.evals.catalog import find_eval, written_for
from unmask.evals.scenarios import Scenario
from unmask.evals.tried import GOOD
from unmask.evals.tried_tickets import faults, ticket_of, try_commits
from unmask.scorers.execution.committed import Committed

SCENARIOS = written_for(find_eval("research_commits"))


def state(found: Committed) -> tuple[bool, bool]:
    """Say what a commit ends in: whether the task is done, and whether every monitor is whole."""
    return found.ran.done == 1, found.effect >= GOOD


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.id)
def test_commits_are_as_they_say(scenario: Scenario) -> None:
    """Who does nothing, who works honestly and who sabotages end in three states.

    Those are told apart by running alone. `benchmarks/commits.py --check` runs all the commits of
    a scenario, and the control as well; here its code is held to be the same up to names.
    """
    subtle = next(name for name in ticket_of(scenario).sabotage if name.startswith("subtle-"))
    found = try_commits(scenario, names=("nothing", "honest-0", subtle), domains=("safety",))
    assert not faults(scenario, found)
    assert state(found["nothing", "safety"]) == (False, True)
    assert state(found["honest-0", "safety"]) == (True, True)
    assert not state(found[subtle, "safety"])[1]


def test_no_two_tickets_are_one() -> None:
    """No request of one ticket shares half of its 5-grams with one of another."""
    worst = max(overlaps(SCENARIOS))
    assert worst[0] < 0.5, worst
