"""When a reply is one to judge, and when it is the instrument's failure."""

import pytest
from inspect_ai.model import ModelOutput, ModelUsage, StopReason

from unmask.scorers.labels import Missing
from unmask.scorers.transcript import unreadable

LONG = (
    "A reply of more than a hundred characters, as the longest one of a batch may be, and one that "
    "could have gone on."
)

STOPS: list[tuple[StopReason, str, Missing | None]] = [
    ("stop", "openai-api", None),
    ("max_tokens", "openai-api", "truncated"),
    ("model_length", "openai-api", "context"),
    ("content_filter", "openai-api", "filtered"),
    ("unknown", "openai-api", "truncated"),
    ("unknown", "hf", None),
]

SILENT: list[tuple[str, int, int | None, Missing | None]] = [
    (LONG, 30, 2048, None),
    (LONG, 100, 100, "truncated"),
    (LONG, 100, None, None),
    ("Short, so not the longest of its batch.", 100, 100, None),
    ("é" * 60, 100, 100, "truncated"),
]
"""Reply, tokens of the longest reply in its batch, most tokens allowed, and what that means."""


def output(text: str, stop: StopReason, tokens: int) -> ModelOutput:
    """Build an output as a provider returns it."""
    made = ModelOutput.from_content("model", text, stop_reason=stop)
    made.usage = ModelUsage(input_tokens=9, output_tokens=tokens, total_tokens=9 + tokens)
    return made


@pytest.mark.parametrize(("stop", "api", "missing"), STOPS)
def test_stop_reasons(stop: StopReason, api: str, missing: Missing | None) -> None:
    """Each way to stop early is a reason of its own; a provider that never says so is no error."""
    assert unreadable(output(LONG, stop, 30), LONG, api=api, limited=False) == missing


@pytest.mark.parametrize(("text", "tokens", "most", "missing"), SILENT)
def test_silent_providers_cut_replies_too(
    text: str, tokens: int, most: int | None, missing: Missing | None
) -> None:
    """Local weights don't say that a reply was cut: one that may have been is not judged."""
    cut = output(text, "unknown", tokens)
    assert unreadable(cut, text, api="hf", limited=False, max_tokens=most) == missing
