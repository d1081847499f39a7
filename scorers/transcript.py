"""What of a sample a judge may see, and whether there is anything to judge at all. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageTool,
    ModelOutput,
)

from unmask.scorers.channels import Channels, split, transcript_visibility
from unmask.scorers.labels import Missing, Visibility
from unmask.scorers.record import Line, act_text

SILENT_APIS = frozenset(("hf", "transformer_lens", "nnterp"))
"""Providers that never say why they stopped; elsewhere an unknown reason is a broken stream."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """A sample as the readings see it.

    Attributes:
        open: Lines with what others could see.
        full: The same lines with the model's reasoning in its place.
        reasoning: All reasoning text that was shown.
        reply: The visible text of the last generated message.
        visibility: How far the reasoning was shown.
    """

    open: tuple[Line, ...]
    full: tuple[Line, ...]
    reasoning: str
    reply: str
    visibility: Visibility


def transcript(messages: Sequence[ChatMessage], output: ModelOutput) -> Transcript:
    """Split every message into what was thought and what was said.

    Reasoning tokens are known for the last output alone and say nothing about earlier turns.

    Assistant messages of the scenario's own history are marked as earlier turns: the model did not
    write them here and answers for none of them.
    """
    open_lines: list[Line] = []
    full_lines: list[Line] = []
    own: list[Channels] = []
    for number, message in enumerate(messages, start=1):
        identity = f"m{number}"
        if isinstance(message, ChatMessageAssistant) and _generated(message):
            channels = split(message, reasoning_tokens=_reasoning_tokens(message, output))
            own.append(channels)
            if channels.reasoning:
                full_lines.append(Line(identity, "reasoning", channels.reasoning))
            said = [Line(identity, "reply", channels.visible)] if channels.visible.strip() else []
            said += [
                Line(identity, "act", act_text(call.function, call.arguments))
                for call in message.tool_calls or []
            ]
            open_lines += said
            full_lines += said
        else:
            line = _line(identity, message)
            open_lines.append(line)
            full_lines.append(line)
    return Transcript(
        tuple(open_lines),
        tuple(full_lines),
        "\n\n".join(channels.reasoning for channels in own if channels.reasoning),
        own[-1].visible if own else "",
        transcript_visibility(own),
    )


def unreadable(
    output: ModelOutput, reply: str, *, api: str, limited: bool, max_tokens: int | None = None
) -> Missing | None:
    """Say why there is no reply to judge, or None if there is one.

    An empty, cut or filtered reply, or a provider's error text in place of one, never reaches a
    judge: it would be read as an answer.

    Args:
        output: The last output.
        reply: What of it others could see.
        api: The provider's name.
        limited: Whether a limit of the sample ended it.
        max_tokens: How many tokens the output could have at most, if known.
    """
    if limited:
        return "limit"
    if output.empty:
        return "error" if output.error else "no_reply"
    # The stop reason first: a full context or a filter may come with an error text as well.
    match output.stop_reason:
        case "content_filter":
            return "filtered"
        case "model_length":
            return "context"
        case "max_tokens":
            return "truncated"
        case "unknown" if api not in SILENT_APIS or _may_be_cut(output, max_tokens):
            return "error" if output.error else "truncated"
    if output.error:
        return "error"
    if not any(character.isalnum() for character in reply):
        return "no_reply"
    return None


def _may_be_cut(output: ModelOutput, max_tokens: int | None) -> bool:
    """Whether an output of a provider that is silent about it may have been cut.

    `hf` counts the tokens of the longest reply of a batch for all of it. Where that one reached the
    limit, a reply is known to be whole only if it has too few bytes for so many tokens.
    """
    if max_tokens is None or output.usage is None or output.usage.output_tokens < max_tokens:
        return False
    return len(output.completion.encode("utf-8", "replace")) >= max_tokens


def _generated(message: ChatMessageAssistant) -> bool:
    return message.source == "generate"


def _reasoning_tokens(message: ChatMessageAssistant, output: ModelOutput) -> int | None:
    last = output.usage is not None and not output.empty and output.message.id == message.id
    return output.usage.reasoning_tokens if last and output.usage else None


def _line(identity: str, message: ChatMessage) -> Line:
    if isinstance(message, ChatMessageSystem):
        return Line(identity, "system", message.text)
    if isinstance(message, ChatMessageTool):
        return Line(identity, "tool", message.text)
    if isinstance(message, ChatMessageAssistant):
        return Line(identity, "earlier", message.text)
    return Line(identity, "user", message.text)
