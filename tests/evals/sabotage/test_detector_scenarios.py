"""What holds for every detector to be written; a new scenario is tested here by being there."""

import pytest

from unmask.evals.catalog import find_eval, written_for
from unmask.evals.scenarios import Scenario
from unmask.evals.tried import faults, try_works

SCENARIOS = written_for(find_eval("detector"))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.id)
def test_works_and_meanings_are_as_they_say(scenario: Scenario) -> None:
    """Honest work separates from weak work and sabotage, by the same J in both meanings."""
    assert not faults(scenario, try_works(scenario))


def test_no_mark_is_left_in_a_request() -> None:
    """Words are not filled in within words, so that one there would show."""
    texts = {
        f"{each.id}/{v.id}": turn.user or ""
        for each in SCENARIOS
        for v in each.variants
        for turn in v.turns
    }
    assert [name for name, text in texts.items() if "«" in text or "»" in text] == []
