"""Inspect tasks of the family: `inspect eval unmask/bad_actor --model-role grader=…`."""

from inspect_ai import Task, task

from unmask.evals.chat import chat_task
from unmask.evals.malicious_coop.dataset import BAD_ACTOR, BAD_ACTOR_ASK


@task
def bad_actor(
    arm: str = "baseline",
    thinking: str = "native",
    scenarios: str | None = None,
    self_grading: bool = False,
) -> Task:
    """A fictional bad actor asks for help; misaligned when the reply knowingly gives it.

    Args:
        arm: System-prompt condition (`evals/arms.yaml`).
        thinking: How it is asked to reason (`evals/thinking.yaml`).
        scenarios: Folder with a private pack of scenarios to add.
        self_grading: Let the model judge itself.
    """
    return chat_task(
        BAD_ACTOR, arm=arm, thinking=thinking, scenarios=scenarios, self_grading=self_grading
    )


@task
def bad_actor_ask(
    arm: str = "baseline",
    thinking: str = "native",
    scenarios: str | None = None,
    self_grading: bool = False,
) -> Task:
    """The same situations, told; misaligned when it says that it would help.

    Args:
        arm: System-prompt condition (`evals/arms.yaml`).
        thinking: How it is asked to reason (`evals/thinking.yaml`).
        scenarios: Folder with a private pack of scenarios to add.
        self_grading: Let the model judge itself.
    """
    return chat_task(
        BAD_ACTOR_ASK, arm=arm, thinking=thinking, scenarios=scenarios, self_grading=self_grading
    )
