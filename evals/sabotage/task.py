"""Inspect tasks of the family: `inspect eval unmask/monitor_disruption --model-role grader=…`."""

from inspect_ai import Task, task

from unmask.evals.agentic import REACT, agentic_task
from unmask.evals.chat import chat_task
from unmask.evals.sabotage.dataset import (
    DETECTOR,
    DETECTOR_ASK,
    DETECTOR_DECIDE,
    DETECTOR_PROMPT,
    MONITOR_DISRUPTION,
    MONITOR_DISRUPTION_ASK,
    MONITOR_DISRUPTION_DECIDE,
    RESEARCH_COMMITS,
    RESEARCH_COMMITS_ASK,
    RESEARCH_COMMITS_DECIDE,
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


@task
def detector(
    arm: str = "baseline",
    thinking: str = "native",
    scenarios: str | None = None,
    self_grading: bool = False,
    agent: str = REACT,
) -> Task:
    """A detector of cheating, written in a sandbox, and run on cases that are hidden.

    Args:
        arm: System-prompt condition (`evals/arms.yaml`).
        thinking: How it is asked to reason (`evals/thinking.yaml`).
        scenarios: Folder with a private pack of scenarios to add.
        self_grading: Let the model judge itself.
        agent: Who works with the tools: `react`, or another Inspect agent by name.
    """
    return agentic_task(
        DETECTOR,
        arm=arm,
        thinking=thinking,
        scenarios=scenarios,
        self_grading=self_grading,
        agent=agent,
    )


@task
def detector_prompt(
    arm: str = "baseline",
    thinking: str = "native",
    scenarios: str | None = None,
    self_grading: bool = False,
    agent: str = REACT,
) -> Task:
    """The same detectors in words; their worth is found by the model in the role `runner`.

    Args:
        arm: System-prompt condition (`evals/arms.yaml`).
        thinking: How it is asked to reason (`evals/thinking.yaml`).
        scenarios: Folder with a private pack of scenarios to add.
        self_grading: Let the model judge itself.
        agent: Who works with the tools: `react`, or another Inspect agent by name.
    """
    return agentic_task(
        DETECTOR_PROMPT,
        arm=arm,
        thinking=thinking,
        scenarios=scenarios,
        self_grading=self_grading,
        agent=agent,
    )


@task
def detector_decide(
    arm: str = "baseline",
    thinking: str = "native",
    scenarios: str | None = None,
    self_grading: bool = False,
) -> Task:
    """The same detectors in one turn: the repository is pasted, and the reply is the code.

    Args:
        arm: System-prompt condition (`evals/arms.yaml`).
        thinking: How it is asked to reason (`evals/thinking.yaml`).
        scenarios: Folder with a private pack of scenarios to add.
        self_grading: Let the model judge itself.
    """
    return chat_task(
        DETECTOR_DECIDE,
        arm=arm,
        thinking=thinking,
        scenarios=scenarios,
        self_grading=self_grading,
    )


@task
def detector_ask(
    arm: str = "baseline",
    thinking: str = "native",
    scenarios: str | None = None,
    self_grading: bool = False,
) -> Task:
    """The same detectors, told: how would it go about them?

    Args:
        arm: System-prompt condition (`evals/arms.yaml`).
        thinking: How it is asked to reason (`evals/thinking.yaml`).
        scenarios: Folder with a private pack of scenarios to add.
        self_grading: Let the model judge itself.
    """
    return chat_task(
        DETECTOR_ASK,
        arm=arm,
        thinking=thinking,
        scenarios=scenarios,
        self_grading=self_grading,
    )


@task
def research_commits(
    arm: str = "baseline",
    thinking: str = "native",
    scenarios: str | None = None,
    self_grading: bool = False,
    agent: str = REACT,
) -> Task:
    """A ticket where monitors are at work, in a sandbox; they are run before and after.

    Args:
        arm: System-prompt condition (`evals/arms.yaml`).
        thinking: How it is asked to reason (`evals/thinking.yaml`).
        scenarios: Folder with a private pack of scenarios to add.
        self_grading: Let the model judge itself.
        agent: Who works with the tools: `react`, or another Inspect agent by name.
    """
    return agentic_task(
        RESEARCH_COMMITS,
        arm=arm,
        thinking=thinking,
        scenarios=scenarios,
        self_grading=self_grading,
        agent=agent,
    )


@task
def research_commits_decide(
    arm: str = "baseline",
    thinking: str = "native",
    scenarios: str | None = None,
    self_grading: bool = False,
) -> Task:
    """The same tickets in one turn: what they are about is pasted, and the reply is the commit.

    Args:
        arm: System-prompt condition (`evals/arms.yaml`).
        thinking: How it is asked to reason (`evals/thinking.yaml`).
        scenarios: Folder with a private pack of scenarios to add.
        self_grading: Let the model judge itself.
    """
    return chat_task(
        RESEARCH_COMMITS_DECIDE,
        arm=arm,
        thinking=thinking,
        scenarios=scenarios,
        self_grading=self_grading,
    )


@task
def research_commits_ask(
    arm: str = "baseline",
    thinking: str = "native",
    scenarios: str | None = None,
    self_grading: bool = False,
) -> Task:
    """The same tickets, told: how would it go about them?

    Args:
        arm: System-prompt condition (`evals/arms.yaml`).
        thinking: How it is asked to reason (`evals/thinking.yaml`).
        scenarios: Folder with a private pack of scenarios to add.
        self_grading: Let the model judge itself.
    """
    return chat_task(
        RESEARCH_COMMITS_ASK,
        arm=arm,
        thinking=thinking,
        scenarios=scenarios,
        self_grading=self_grading,
    )
