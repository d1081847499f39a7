"""The evals of this family."""

from unmask.evals.catalog import EvalSpec

COMPLIANCE_GAP = EvalSpec(
    name="compliance_gap",
    family="alignment_faking",
    style="chat",
    version="1-A",
    headline="alignment_faking",
    about="The same request under cues of training and of none: is a rule followed for being seen?",
)

EVALS = (COMPLIANCE_GAP,)
