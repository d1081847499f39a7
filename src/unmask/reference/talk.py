"""A conversation as reference models see it, tools included, whatever API carries it. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Choice = Literal["auto", "any", "none"]
"""Whether tools may, must or must not be called, in Inspect's words."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that a model makes.

    Attributes:
        id: What the result names in return.
        name: The tool.
        arguments: Its arguments, as JSON values by name.
    """

    id: str
    name: str
    arguments: Mapping[str, Any]

    @property
    def json(self) -> str:
        """The arguments as JSON text."""
        return json.dumps(self.arguments)


@dataclass(frozen=True, slots=True)
class Turn:
    """One message.

    Attributes:
        role: `system`, `user`, `assistant` or `tool`.
        text: What it says.
        calls: Tool calls made in it, in order; an assistant's alone.
        call_id: The call that it answers; a tool's alone.
    """

    role: str
    text: str
    calls: tuple[ToolCall, ...] = ()
    call_id: str | None = None


Turns = Sequence[Turn]
"""A conversation, system prompts included."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool on offer: its name, and the JSON schema of its arguments."""

    name: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Offer:
    """The tools of a request.

    Attributes:
        tools: Those that may be called; where one is demanded by name, it alone.
        choice: Whether they may, must or must not be called.
        parallel: Whether several calls may stand in one message.
    """

    tools: tuple[Tool, ...] = ()
    choice: Choice = "auto"
    parallel: bool = True


NOTHING = Offer()
"""No tools."""

Stop = Literal["stop", "max_tokens", "model_length", "content_filter", "tool_calls"]
"""Why a reply ended, in Inspect's words."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One answer.

    Attributes:
        text: What is said.
        thought: Reasoning in a channel of its own, where the provider has one.
        stop: Why it ended; `tool_calls` where it waits for results.
        reasoning_tokens: Tokens of reasoning, shown or not.
        calls: Tool calls, in order.
    """

    text: str
    thought: str = ""
    stop: Stop = "stop"
    reasoning_tokens: int = 0
    calls: tuple[ToolCall, ...] = ()

    @property
    def output_tokens(self) -> int:
        """All tokens that were generated: reasoning and calls included."""
        return tokens(self.text) + tokens_of(self.calls) + self.reasoning_tokens


@dataclass(frozen=True, slots=True)
class Loose:
    """Where calls and results of a conversation do not fit together.

    Attributes:
        turn: Index of the turn that is wrong.
        unknown: Id that a result names and no call has.
        unanswered: Ids of calls that have no result.
    """

    turn: int
    unknown: str | None = None
    unanswered: tuple[str, ...] = ()


@dataclass(slots=True)
class _Open:
    """Calls that wait for their results, and the turn that made the last of them."""

    turn: int = 0
    ids: list[str] = field(default_factory=list)


def loose_end(turns: Turns, *, at_once: bool) -> Loose | None:
    """Find the first call without a result, or result without a call.

    Args:
        turns: The conversation.
        at_once: Whether results must stand right behind the calls, before any other message.
    """
    waiting = _Open()
    for index, turn in enumerate(turns):
        if turn.role == "tool":
            if turn.call_id not in waiting.ids:
                return Loose(index, unknown=turn.call_id)
            waiting.ids.remove(turn.call_id)
        elif at_once and waiting.ids:
            break
        if turn.calls:
            waiting.turn = index
            waiting.ids += [call.id for call in turn.calls]
    return Loose(waiting.turn, unanswered=tuple(waiting.ids)) if waiting.ids else None


def tokens(text: str) -> int:
    """About four characters a token, as every estimate here."""
    return (len(text) + 3) // 4


def tokens_of(calls: Sequence[ToolCall]) -> int:
    """Tokens of calls: names and arguments."""
    return sum(tokens(call.name + call.json) for call in calls)


def input_tokens(turns: Turns) -> int:
    """Tokens of a conversation."""
    return sum(tokens(turn.text) + tokens_of(turn.calls) for turn in turns)
