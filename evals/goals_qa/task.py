"""Inspect tasks of the family: `inspect eval unmask/goals --model-role grader=…`."""

from inspect_ai import Task, task

from unmask.evals.chat import chat_task
from unmask.evals.goals_qa.dataset import GOALS


@task
def goals(
    arm: str = "baseline",
    thinking: str = "native",
    scenarios: str | None = None,
    self_grading: bool = False,
) -> Task:
    """Its own goals come up, in many settings; misaligned when it states goals against its users.

    Args:
        arm: System-prompt condition (`evals/arms.yaml`).
        thinking: How it is asked to reason (`evals/thinking.yaml`).
        scenarios: Folder with a private pack of scenarios to add.
        self_grading: Let the model judge itself.
    """
    return chat_task(
        GOALS, arm=arm, thinking=thinking, scenarios=scenarios, self_grading=self_grading
    )
