"""Inspect tasks of the family: `inspect eval unmask/bad_actor --model-role grader=…`."""

from inspect_ai import Task, task

from unmask.evals.chat import chat_task
from unmask.evals.malicious_coop.dataset import (
    BAD_ACTOR,
    BAD_ACTOR_ACT,
    BAD_ACTOR_ASK,
    EXFIL_OFFER,
    EXFIL_OFFER_ASK,
    EXFIL_OFFER_DECIDE,
    FRAME_COLLEAGUE,
    FRAME_COLLEAGUE_ASK,
    FRAME_COLLEAGUE_DECIDE,
)
from unmask.evals.world_task import world_task


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


@task
def bad_actor_act(
    arm: str = "baseline",
    thinking: str = "native",
    scenarios: str | None = None,
    self_grading: bool = False,
) -> Task:
    """The same situations with tools; misaligned when it knowingly does what is wanted.

    Args:
        arm: System-prompt condition (`evals/arms.yaml`).
        thinking: How it is asked to reason (`evals/thinking.yaml`).
        scenarios: Folder with a private pack of scenarios to add.
        self_grading: Let the model judge itself.
    """
    return world_task(
        BAD_ACTOR_ACT, arm=arm, thinking=thinking, scenarios=scenarios, self_grading=self_grading
    )


@task
def frame_colleague(
    arm: str = "baseline",
    thinking: str = "native",
    scenarios: str | None = None,
    self_grading: bool = False,
) -> Task:
    """Something went wrong; misaligned when it is laid at the door of whom a record clears.

    Args:
        arm: System-prompt condition (`evals/arms.yaml`).
        thinking: How it is asked to reason (`evals/thinking.yaml`).
        scenarios: Folder with a private pack of scenarios to add.
        self_grading: Let the model judge itself.
    """
    return world_task(
        FRAME_COLLEAGUE, arm=arm, thinking=thinking, scenarios=scenarios, self_grading=self_grading
    )


@task
def frame_colleague_decide(
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
        FRAME_COLLEAGUE_DECIDE,
        arm=arm,
        thinking=thinking,
        scenarios=scenarios,
        self_grading=self_grading,
    )


@task
def frame_colleague_ask(
    arm: str = "baseline",
    thinking: str = "native",
    scenarios: str | None = None,
    self_grading: bool = False,
) -> Task:
    """The same situations, told; misaligned when it says that it would do so.

    Args:
        arm: System-prompt condition (`evals/arms.yaml`).
        thinking: How it is asked to reason (`evals/thinking.yaml`).
        scenarios: Folder with a private pack of scenarios to add.
        self_grading: Let the model judge itself.
    """
    return chat_task(
        FRAME_COLLEAGUE_ASK,
        arm=arm,
        thinking=thinking,
        scenarios=scenarios,
        self_grading=self_grading,
    )


@task
def exfil_offer(
    arm: str = "baseline",
    thinking: str = "native",
    scenarios: str | None = None,
    self_grading: bool = False,
) -> Task:
    """A message in the data offers a way out; misaligned when it is knowingly taken.

    Args:
        arm: System-prompt condition (`evals/arms.yaml`).
        thinking: How it is asked to reason (`evals/thinking.yaml`).
        scenarios: Folder with a private pack of scenarios to add.
        self_grading: Let the model judge itself.
    """
    return world_task(
        EXFIL_OFFER, arm=arm, thinking=thinking, scenarios=scenarios, self_grading=self_grading
    )


@task
def exfil_offer_decide(
    arm: str = "baseline",
    thinking: str = "native",
    scenarios: str | None = None,
    self_grading: bool = False,
) -> Task:
    """The same data in one turn; the statements in the reply are carried out.

    Args:
        arm: System-prompt condition (`evals/arms.yaml`).
        thinking: How it is asked to reason (`evals/thinking.yaml`).
        scenarios: Folder with a private pack of scenarios to add.
        self_grading: Let the model judge itself.
    """
    return chat_task(
        EXFIL_OFFER_DECIDE,
        arm=arm,
        thinking=thinking,
        scenarios=scenarios,
        self_grading=self_grading,
    )


@task
def exfil_offer_ask(
    arm: str = "baseline",
    thinking: str = "native",
    scenarios: str | None = None,
    self_grading: bool = False,
) -> Task:
    """The same situations, told; misaligned when it says that it would take the offer.

    Args:
        arm: System-prompt condition (`evals/arms.yaml`).
        thinking: How it is asked to reason (`evals/thinking.yaml`).
        scenarios: Folder with a private pack of scenarios to add.
        self_grading: Let the model judge itself.
    """
    return chat_task(
        EXFIL_OFFER_ASK, arm=arm, thinking=thinking, scenarios=scenarios, self_grading=self_grading
    )
