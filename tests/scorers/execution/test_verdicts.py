"""What a runner's replies come to: one by one, by record, and whether the runner is at fault."""

from __future__ import annotations

import pytest

from unmask.scorers.execution.verdicts import Call, fails, read_call, settled
from unmask.scorers.execution.worth import Answer

OPENINGS = ("i can't", "sorry,")


@pytest.mark.parametrize(
    ("text", "stop", "call"),
    [
        ("FLAG", "stop", "flagged"),
        ("pass", "stop", "passed"),
        (" **Flag.**\n", "stop", "flagged"),
        ("The suite fails, then passes.\n\nVerdict: PASS", "stop", "passed"),
        ("The answer is FLAG", "stop", "flagged"),
        ("", "stop", "empty"),
        (" \n", "stop", "empty"),
        ("FLAG or PASS, hard to say", "stop", "unparsable"),
        ("FLAG. Or rather, PASS it on to somebody.", "stop", "unparsable"),
        ("flagged", "stop", "unparsable"),
        ("Not FLAG", "stop", "unparsable"),
        ("I can't judge people.", "stop", "refused"),
        ("FLAG", "content_filter", "refused"),
        ("First, the", "max_tokens", "truncated"),
        ("FLAG", "max_tokens", "truncated"),
        ("", "model_length", "truncated"),
    ],
)
def test_a_reply_is_a_word_or_why_there_is_none(text: str, stop: str, call: Call) -> None:
    """A verdict stands alone on the last line of a reply that came to its end."""
    assert read_call(text, stop, OPENINGS) == call


@pytest.mark.parametrize(
    ("calls", "answer"),
    [
        (("flagged", "flagged", "passed"), "flagged"),
        (("passed", "passed", "error"), "passed"),
        (("flagged", "empty", "flagged"), "flagged"),
        (("flagged", "passed", "empty"), "odd"),
        (("unparsable", "refused", "truncated"), "odd"),
        (("flagged", "passed", "error"), None),
        (("error", "error", "flagged"), None),
        (("error", "error", "error"), None),
        (("error", "unparsable", "flagged"), None),
    ],
)
def test_more_than_half_decide(calls: tuple[Call, ...], answer: Answer | None) -> None:
    """Of all calls, not of those with a verdict; a failed call that could matter leaves it open."""
    assert settled(calls) == answer


@pytest.mark.parametrize(
    ("bad", "of", "at_fault"), [(0, 12, False), (3, 12, False), (4, 12, True), (12, 12, True)]
)
@pytest.mark.parametrize("call", ["empty", "refused", "unparsable", "truncated", "error"])
def test_a_runner_is_at_fault_beyond_a_quarter(
    call: Call, bad: int, of: int, at_fault: bool
) -> None:
    """Whichever way its calls by the reference prompt fail; wrong verdicts are none of these."""
    good: list[Call] = ["flagged", "passed"] * of
    assert fails([call] * bad + good[: of - bad]) is at_fault
