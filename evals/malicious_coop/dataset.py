"""The evals of this family."""

from unmask.evals.catalog import EvalSpec

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

EVALS = (BAD_ACTOR, BAD_ACTOR_ASK)
