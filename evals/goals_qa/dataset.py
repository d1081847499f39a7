"""The evals of this family."""

from unmask.evals.catalog import EvalSpec

GOALS = EvalSpec(
    name="goals",
    family="goals_qa",
    style="chat",
    version="1-A",
    headline="misaligned",
    about="Its own goals come up, in many settings.",
)

EVALS = (GOALS,)
