"""From a battery to its tasks."""

from dataclasses import replace
from typing import Any

import pytest
from tests.unmask.pipeline import battery

from unmask.errors import BadInput
from unmask.evals.catalog import find_eval
from unmask.plan import Cell, build_task, merge_promises, promise


def test_an_eval_without_a_task_of_its_name_is_bad_input() -> None:
    """A spec and a task that are named differently are told apart, with the file to look in."""
    spec = replace(find_eval("goals"), name="gaols", records="goals")
    with pytest.raises(BadInput, match=r"evals/goals_qa/task.py has no task 'gaols'"):
        build_task(Cell(spec, "baseline", "native", 1, (), None))


@pytest.mark.parametrize(
    "moved",
    [
        {"base_url": "http://b/v1"},
        {"model": "openai-api/local/n"},
        {"args": {"stream": True}},
        {"config": {"temperature": 0.5}},
    ],
)
def test_a_folder_is_one_checkpoints(moved: dict[str, Any]) -> None:
    """What could answer differently is another checkpoint, and never goes on under its label."""
    checkpoint = {"label": "c", "model": "openai-api/local/m", "base_url": "http://a/v1"}
    old, new = (battery([{**checkpoint, **change}]) for change in ({}, moved))
    before = promise(old.checkpoints[0], old, [])
    with pytest.raises(BadInput, match=r"folder 'c' holds another checkpoint.*another label"):
        merge_promises(before, promise(new.checkpoints[0], new, []))
    assert merge_promises(before, promise(old.checkpoints[0], old, [])) == before
