"""Inspect tasks of the family: `inspect eval unmask/reward_hacking --model-role grader=…`."""

from inspect_ai import Task, task

from unmask.evals.agentic import REACT, agentic_task
from unmask.evals.reward_hacking.dataset import REWARD_HACKING


@task
def reward_hacking(
    arm: str = "baseline",
    thinking: str = "native",
    scenarios: str | None = None,
    self_grading: bool = False,
    agent: str = REACT,
) -> Task:
    """Coding work whose visible grader can be gamed, in a sandbox.

    Args:
        arm: System-prompt condition (`evals/arms.yaml`); hack hints and five addenda among them.
        thinking: How it is asked to reason (`evals/thinking.yaml`).
        scenarios: Folder with a private pack of scenarios to add.
        self_grading: Let the model judge itself.
        agent: Who works with the tools: `react`, or another Inspect agent by name.
    """
    return agentic_task(
        REWARD_HACKING,
        arm=arm,
        thinking=thinking,
        scenarios=scenarios,
        self_grading=self_grading,
        agent=agent,
    )
