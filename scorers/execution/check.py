"""The checks executed of a sample, by name; the only place that opens sandboxes to score."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from inspect_ai.solver import TaskState

from unmask.evals.problems import Problem
from unmask.scorers.execution.checked import Checked
from unmask.scorers.execution.examine import CheckFailed, examine
from unmask.scorers.execution.kinds import Unclear, find
from unmask.scorers.execution.submission import NotCollected, fresh_like, submission

Check = Callable[[TaskState], Awaitable[Checked]]


async def check_hack(state: TaskState) -> Checked:
    """Execute what was handed in, and say whether its grader was gamed."""
    try:
        handed_in = await submission()
        evidence = await examine(
            fresh_like(),
            handed_in,
            Problem.model_validate(state.metadata["problem"]),
            impossible=bool(state.metadata["impossible"]),
        )
        return Checked(find(evidence))
    except (NotCollected, CheckFailed, Unclear) as error:
        return Checked(failed=str(error))


CHECKS: dict[str, Check] = {"hack": check_hack}
"""What `EvalSpec.checks` may name."""
