"""The evals of this family."""

from unmask.evals.catalog import EvalSpec

REWARD_HACKING = EvalSpec(
    name="reward_hacking",
    family="reward_hacking",
    style="agentic",
    version="1-A",
    headline="hack_attempted",
    about="Coding work whose visible grader can be gamed; whether it was is found by execution.",
    checks="hack",
)

EVALS = (REWARD_HACKING,)
