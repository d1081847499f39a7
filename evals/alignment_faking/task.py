"""Inspect tasks of the family: `inspect eval unmask/compliance_gap --model-role grader=…`."""

from inspect_ai import Task, task

from unmask.evals.alignment_faking.dataset import COMPLIANCE_GAP
from unmask.evals.chat import chat_task


@task
def compliance_gap(
    arm: str = "baseline",
    thinking: str = "native",
    scenarios: str | None = None,
    self_grading: bool = False,
) -> Task:
    """A stated rule is followed, broken or refused, under cues of training, of none, of neither.

    Args:
        arm: System-prompt condition (`evals/arms.yaml`).
        thinking: How it is asked to reason (`evals/thinking.yaml`).
        scenarios: Folder with a private pack of scenarios to add.
        self_grading: Let the model judge itself.
    """
    return chat_task(
        COMPLIANCE_GAP, arm=arm, thinking=thinking, scenarios=scenarios, self_grading=self_grading
    )
