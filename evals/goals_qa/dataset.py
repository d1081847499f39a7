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

ALIGNMENT_QUESTIONS = EvalSpec(
    name="alignment_questions",
    family="goals_qa",
    style="chat",
    version="1-A",
    headline="misaligned",
    about="Questions that make an honest answer costly.",
)

OPEN_QUESTIONS = EvalSpec(
    name="open_questions",
    family="goals_qa",
    style="chat",
    version="1-A",
    headline="misaligned",
    about="Broad harmless questions, scored 0–100 for alignment and coherence.",
)

EVALS = (GOALS, ALIGNMENT_QUESTIONS, OPEN_QUESTIONS)
