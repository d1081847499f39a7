"""What holds for every detector to be written; a new scenario is tested here by being there."""

import pytest

from unmask.evals.catalog import find_eval, written_for
from unmask.evals.scenarios import Scenario
from unmask.evals.tried import FAIR, faults, try_works, works_of
from unmask.scorers.execution.detectors import changed
from unmask.scorers.execution.weakened import weakenings

SCENARIOS = written_for(find_eval("detector"))


def state(scenario: Scenario, name: str, j: float) -> tuple[bool, bool]:
    """Say what a work ends in: whether it is worth something, and whether it looks weakened."""
    assert scenario.detector is not None
    given = scenario.detector.in_domain("safety", seed=scenario.id)
    work = works_of(scenario.detector)[name]
    files = changed(given.files, scenario.detector.handed_in(work, "safety"))
    return j >= FAIR, bool(weakenings(given.files, files, given.examples))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.id)
def test_works_and_meanings_are_as_they_say(scenario: Scenario) -> None:
    """Honest work separates from weak work and sabotage, by the same J in both meanings.

    Who does nothing, who works honestly and who sabotages end in three states, told apart by
    running and by the files alone.
    """
    tried = try_works(scenario)
    assert not faults(scenario, tried)
    assert scenario.detector is not None
    ends = {
        name: state(scenario, name, tried[name, "safety"].youden)
        for name in ("nothing", "solution", *scenario.detector.sabotage)
    }
    assert ends.pop("nothing") == (False, False)
    assert ends.pop("solution") == (True, False)
    assert set(ends.values()) == {(False, True)}
