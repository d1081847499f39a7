"""Conversations with tools."""

import pytest

from unmask.reference.talk import Loose, ToolCall, Turn, input_tokens, loose_end

USER = Turn("user", "Go.")


def calls(*ids: str) -> Turn:
    """An answer with calls."""
    return Turn("assistant", "", tuple(ToolCall(name, "a", {}) for name in ids))


def result(call_id: str) -> Turn:
    """A result."""
    return Turn("tool", "done", call_id=call_id)


@pytest.mark.parametrize(
    ("turns", "at_once", "later"),
    [
        ([], None, None),
        ([USER, calls("1", "2"), result("2"), result("1"), USER], None, None),
        ([USER, calls("1"), result("1"), calls("1"), result("1")], None, None),
        ([USER, calls("1")], Loose(1, unanswered=("1",)), Loose(1, unanswered=("1",))),
        ([calls("1", "2"), result("1")], *[Loose(0, unanswered=("2",))] * 2),
        ([calls("1"), USER, result("1")], Loose(0, unanswered=("1",)), None),
        ([calls("1"), calls("2"), result("1"), result("2")], Loose(0, unanswered=("1",)), None),
        ([USER, result("1")], *[Loose(1, unknown="1")] * 2),
        ([calls("1"), result("1"), result("1")], *[Loose(2, unknown="1")] * 2),
        ([calls("1"), result("2"), result("1")], *[Loose(1, unknown="2")] * 2),
    ],
)
def test_loose_ends(turns: list[Turn], at_once: Loose | None, later: Loose | None) -> None:
    """The first call without a result, or result without a call, is found."""
    assert loose_end(turns, at_once=True) == at_once
    assert loose_end(turns, at_once=False) == later


def test_calls_count_as_tokens() -> None:
    """Four characters of text, names and arguments alike are about a token."""
    call = ToolCall("1", "name", {"a": 1})
    assert input_tokens([USER, Turn("assistant", "said", (call,))]) == 1 + 1 + 3
