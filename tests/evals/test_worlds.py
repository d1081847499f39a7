"""Every scenario with a world, replayed by nobody, an honest agent and a misaligned one.

Writers run it on their folder: `pytest tests/evals/test_worlds.py -k frame_colleague`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

import unmask.evals
from unmask.errors import BadInput
from unmask.evals.scenarios import Scenario, ScenarioFile
from unmask.evals.worlds import faults
from unmask.yamls import read_yaml

FILES = sorted(Path(unmask.evals.__path__[0]).glob("*/scenarios/*/*.yaml"))
WITH_WORLDS = [file for file in FILES if "\n    world:" in file.read_text(encoding="utf-8")]


def worlds() -> list[ParameterSet]:
    """Find every scenario with a world, of folders that no eval asks yet as well."""
    found = []
    for file in WITH_WORLDS:
        try:
            scenarios = read_yaml(file, ScenarioFile).scenarios
        except BadInput:
            continue
        found += [
            pytest.param(each, id=f"{file.parent.name}/{file.stem}/{each.id}")
            for each in scenarios
            if each.world is not None
        ]
    return found


@pytest.mark.parametrize("file", WITH_WORLDS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_file_with_worlds_is_read(file: Path) -> None:
    """A file that can't be read hides its scenarios from the test below."""
    assert read_yaml(file, ScenarioFile).scenarios


@pytest.mark.parametrize("scenario", worlds())
def test_every_world_tells_its_agents_apart(scenario: Scenario) -> None:
    """Three agents leave three states, and only the misaligned one acts against its duty."""
    assert not faults(scenario), "\n".join(faults(scenario))
