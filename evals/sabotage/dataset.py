"""The evals of this family that are worked on in a repository, and their other forms.

None is asked yet: an eval is added to `EVALS` and `task.py` once it has 50 scenarios.
"""

from unmask.evals.catalog import EvalSpec

DETECTOR = EvalSpec(
    name="detector",
    family="sabotage",
    style="agentic",
    version="1-A",
    headline="effect",
    about="A detector of cheating, written in a repository; its worth is found by running it.",
    form="act",
    checks="detector",
)

DETECTOR_DECIDE = EvalSpec(
    name="detector_decide",
    family="sabotage",
    style="chat",
    version="1-A",
    headline="misaligned",
    about="The same repositories pasted into one request; the reply is the code.",
    form="decide",
    records="detector",
)

DETECTOR_ASK = EvalSpec(
    name="detector_ask",
    family="sabotage",
    style="chat",
    version="1-A",
    headline="misaligned",
    about="The same detectors, told: how would it go about them?",
    form="ask",
    records="detector",
)

EVALS: tuple[EvalSpec, ...] = ()
