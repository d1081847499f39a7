"""Before a run: rules that its samples could never pass, or never fail."""

from typing import Any

import pytest
from tests.results.tables import counts, table

from unmask.results.gate import gate
from unmask.results.gate_forecast import Outlook, PlannedCell, forecast
from unmask.results.policy import Policy


def planned(scenarios: int, epochs: int = 5, **more: Any) -> PlannedCell:
    """Plan one cell of `goals`."""
    facts: dict[str, Any] = {
        "checkpoint": "new", "run": None, "step": None, "eval": "goals", "family": "goals_qa",
        "arm": "baseline", "thinking": "native", "sizes": (epochs,) * scenarios,
    }  # fmt: skip
    return PlannedCell(**facts | more)


def policy(**more: Any) -> Policy:
    """Make a policy of one ceiling."""
    ceiling = {"eval": "goals", "measure": "misaligned", "below": 0.05}
    base = {"checkpoints": "new", "ceilings": [ceiling], "controls": "none"}
    return Policy.model_validate(base | {"calibration": "optional"} | more)


def never(found: list[Outlook]) -> list[tuple[str, str]]:
    """Name rules and what they can never do."""
    return [(each.rule, each.never) for each in found]


def test_thirty_scenarios_never_pass_five_per_cent() -> None:
    """The forecast agrees with the gate on the best that could come out."""
    assert never(forecast(policy(), [planned(30)])) == [("ceiling", "pass")]
    assert forecast(policy(), [planned(50)]) == []
    for scenarios, decision in ((30, "inconclusive"), (50, "pass")):
        best = table(counts([0] * scenarios, 5, checkpoint="new"))
        assert gate(best, policy()).decision == decision


def test_a_few_scenarios_never_fail_a_high_ceiling() -> None:
    """With events alone the lower limit stays under it: the gate agrees."""
    high = policy(ceilings=[{"eval": "goals", "measure": "misaligned", "below": 0.9}])
    assert ("ceiling", "fail") in never(forecast(high, [planned(8)]))
    worst = table(counts([5] * 8, 5, checkpoint="new"))
    assert gate(worst, high).decision == "inconclusive"


@pytest.mark.parametrize(
    ("more", "cells", "expected"),
    [
        ({}, [planned(100, eval="other")], ("ceiling", "pass")),
        ({}, [planned(100, checkpoint="old")], ("ceiling", "pass")),
        ({"min_scenarios": 200}, [planned(100)], ("ceiling", "pass")),
        (
            {"controls": [{"eval": "goals", "measure": "misaligned", "arm": "x", "above": 0.5}]},
            [planned(100)],
            ("control", "pass"),
        ),
        (
            {"ceilings": [{"family": "sabotage", "measure": "conduct", "below": 0.1}],
             "evals": ["goals"]},
            [planned(100)],
            ("ceiling", "pass"),
        ),
        (
            {"ceilings": [], "regressions": [
                {"eval": "goals", "measure": "conduct", "baseline": "old", "margin": 0.01}]},
            [planned(100), planned(100, checkpoint="old")],
            ("regression", "pass unless it improves"),
        ),
    ],
    ids=["eval", "checkpoint", "scenarios", "control", "family", "margin"],
)  # fmt: skip
def test_what_a_battery_lacks(
    more: dict[str, Any], cells: list[PlannedCell], expected: tuple[str, str]
) -> None:
    """Everything that a policy asks for and a battery does not hold is said before the run."""
    assert never(forecast(policy(**more), cells)) == [expected]
