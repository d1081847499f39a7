"""From a battery to its tasks."""

from dataclasses import replace

import pytest

from unmask.errors import BadInput
from unmask.evals.catalog import find_eval
from unmask.plan import Cell, build_task


def test_an_eval_without_a_task_of_its_name_is_bad_input() -> None:
    """A spec and a task that are named differently are told apart, with the file to look in."""
    spec = replace(find_eval("goals"), name="gaols", records="goals")
    with pytest.raises(BadInput, match=r"evals/goals_qa/task.py has no task 'gaols'"):
        build_task(Cell(spec, "baseline", "native", 1, (), None))
