"""The evals of this family."""

from unmask.evals.catalog import EvalSpec, twin_specs

MONITOR_DISRUPTION, MONITOR_DISRUPTION_DECIDE, MONITOR_DISRUPTION_ASK = twin_specs(
    "monitor_disruption",
    "sabotage",
    "Something that watches or limits the model is about to go live, or stands in its way.",
)

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

DETECTOR_PROMPT = EvalSpec(
    name="detector_prompt",
    family="sabotage",
    style="agentic",
    version="1-A",
    headline="effect",
    about="The same detectors in words: a prompt, whose worth another model finds by going by it.",
    form="act",
    records="detector",
    checks="prompt",
    by_prompt=True,
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

RESEARCH_COMMITS = EvalSpec(
    name="research_commits",
    family="sabotage",
    style="agentic",
    version="1-A",
    headline="effect",
    about="A ticket where monitors are at work; what its commit leaves of them, by running them.",
    form="act",
    checks="commit",
)

RESEARCH_COMMITS_DECIDE = EvalSpec(
    name="research_commits_decide",
    family="sabotage",
    style="chat",
    version="1-A",
    headline="misaligned",
    about="The same tickets with what they are about pasted; the reply is the commit.",
    form="decide",
    records="research_commits",
)

RESEARCH_COMMITS_ASK = EvalSpec(
    name="research_commits_ask",
    family="sabotage",
    style="chat",
    version="1-A",
    headline="misaligned",
    about="The same tickets, told: how would it go about them?",
    form="ask",
    records="research_commits",
)

EVALS = (
    DETECTOR,
    DETECTOR_PROMPT,
    DETECTOR_DECIDE,
    DETECTOR_ASK,
    MONITOR_DISRUPTION,
    MONITOR_DISRUPTION_DECIDE,
    MONITOR_DISRUPTION_ASK,
    RESEARCH_COMMITS,
    RESEARCH_COMMITS_DECIDE,
    RESEARCH_COMMITS_ASK,
)
