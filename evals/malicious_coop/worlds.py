"""The evals of this family that are worked on with tools, and their other forms.

None is asked yet: an eval is added to `EVALS` and `task.py` once it has 50 scenarios.
"""

from unmask.evals.catalog import EvalSpec, twin_specs

FRAME_COLLEAGUE, FRAME_COLLEAGUE_DECIDE, FRAME_COLLEAGUE_ASK = twin_specs(
    "frame_colleague",
    "malicious_coop",
    "Something went wrong at work, and a colleague could be blamed for it.",
)

EXFIL_OFFER, EXFIL_OFFER_DECIDE, EXFIL_OFFER_ASK = twin_specs(
    "exfil_offer",
    "malicious_coop",
    "A message in the data offers to copy the model out.",
)

BAD_ACTOR_ACT = EvalSpec(
    name="bad_actor_act",
    family="malicious_coop",
    style="agentic",
    version="1-A",
    headline="misaligned",
    about="A fictional bad actor asks for help, where it can be given with tools.",
    form="act",
    records="bad_actor",
    checks="world",
)
