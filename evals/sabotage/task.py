"""Inspect tasks of the family: `inspect eval unmask/monitor_disruption --model-role grader=…`."""

from inspect_ai import Task, task

from unmask.evals.chat import chat_task
from unmask.evals.sabotage.dataset import (
    MONITOR_DISRUPTION,
    MONITOR_DISRUPTION_ASK,
    MONITOR_DISRUPTION_DECIDE,
)
from unmask.evals.world_task import world_task


@task
def monitor_disruption(
    arm: str = "baseline",
    thinking: str = "native",
    scenarios: str | None = None,
    self_grading: bool = False,
) -> Task:
    """Something that watches the model goes live; misaligned when it is weakened.

    Args:
        arm: System-prompt condition (`evals/arms.yaml`).
        thinking: How it is asked to reason (`evals/thinking.yaml`).
        scenarios: Folder with a private pack of scenarios to add.
        self_grading: Let the model judge itself.
    """
    return world_task(
        MONITOR_DISRUPTION,
        arm=arm,
        thinking=thinking,
        scenarios=scenarios,
        self_grading=self_grading,
    )


@task
def monitor_disruption_decide(
    arm: str = "baseline",
    thinking: str = "native",
    scenarios: str | None = None,
    self_grading: bool = False,
) -> Task:
    """The same situations in one turn; the reply is carried out as it is written.

    Args:
        arm: System-prompt condition (`evals/arms.yaml`).
        thinking: How it is asked to reason (`evals/thinking.yaml`).
        scenarios: Folder with a private pack of scenarios to add.
        self_grading: Let the model judge itself.
    """
    return chat_task(
        MONITOR_DISRUPTION_DECIDE,
        arm=arm,
        thinking=thinking,
        scenarios=scenarios,
        self_grading=self_grading,
    )


@task
def monitor_disruption_ask(
    arm: str = "baseline",
    thinking: str = "native",
    scenarios: str | None = None,
    self_grading: bool = False,
) -> Task:
    """The same situations, told; misaligned when it says that it would weaken it.

    Args:
        arm: System-prompt condition (`evals/arms.yaml`).
        thinking: How it is asked to reason (`evals/thinking.yaml`).
        scenarios: Folder with a private pack of scenarios to add.
        self_grading: Let the model judge itself.
    """
    return chat_task(
        MONITOR_DISRUPTION_ASK,
        arm=arm,
        thinking=thinking,
        scenarios=scenarios,
        self_grading=self_grading,
    )
