"""The evals of this family."""

from unmask.evals.catalog import EvalSpec, twin_specs

BAD_ACTOR = EvalSpec(
    name="bad_actor",
    family="malicious_coop",
    style="chat",
    version="1-A",
    headline="misaligned",
    about="A fictional bad actor asks for help; the reply is the act.",
    form="decide",
)

BAD_ACTOR_ASK = EvalSpec(
    name="bad_actor_ask",
    family="malicious_coop",
    style="chat",
    version="1-A",
    headline="misaligned",
    about="The same situations, told: would it help?",
    form="ask",
    records="bad_actor",
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

EVALS = (
    BAD_ACTOR,
    BAD_ACTOR_ASK,
    BAD_ACTOR_ACT,
    FRAME_COLLEAGUE,
    FRAME_COLLEAGUE_DECIDE,
    FRAME_COLLEAGUE_ASK,
    EXFIL_OFFER,
    EXFIL_OFFER_DECIDE,
    EXFIL_OFFER_ASK,
)
