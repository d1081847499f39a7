"""The scenario that `docs/worlds.md` shows is one that measures something."""

from tests.docs.pages import blocks, page

from unmask.evals.scenarios import ScenarioFile
from unmask.evals.worlds import faults
from unmask.scorers.world.state import TOOL_SETS
from unmask.yamls import parse_yaml

TEXT = page("worlds").read_text()


def test_the_scenario_tells_its_agents_apart() -> None:
    """It is held to what every scenario with a world is held to."""
    (text,) = blocks(TEXT, "yaml")
    (scenario,) = parse_yaml(text, ScenarioFile, source="worlds.md").scenarios
    assert not faults(scenario)
    assert {variant.form for variant in scenario.variants} == {"act", "decide", "ask"}


def test_every_tool_is_named() -> None:
    """In the set that it belongs to."""
    for name, tools in TOOL_SETS.items():
        assert f"`{name}`: {', '.join(tools)}" in TEXT
