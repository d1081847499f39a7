"""Anthropic's messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from unmask.reference.wires.common import (
    Answer,
    Asked,
    Event,
    Json,
    Part,
    Wire,
    WireError,
    pieces,
    text_of,
)

PATH = "/v1/messages"

STOP = {"stop": "end_turn", "max_tokens": "max_tokens", "content_filter": "refusal"}

ERRORS = {
    "unknown_model": "not_found_error",
    "unknown_path": "not_found_error",
    "too_large": "request_too_large",
    "failing": "api_error",
}
"""Kind of error → Anthropic's type."""


def read(body: Json) -> Asked:
    """Read a request. Raises pydantic's ValidationError."""
    request = _Request.model_validate(body)
    system = text_of(request.system)
    turns = [("system", system)] if system else []
    turns += [(message.role, text_of(message.content)) for message in request.messages]
    return Asked(
        model=request.model,
        turns=tuple(turns),
        temperature=request.temperature,
        stream=bool(request.stream),
    )


def whole(answer: Answer) -> Json:
    """Lay out a reply in one piece."""
    return {
        **_head(answer),
        "content": _blocks(answer),
        "stop_reason": STOP[answer.spoken.stop],
        "usage": {"input_tokens": answer.input_tokens, **_said(answer)},
    }


def stream(answer: Answer) -> Iterator[Event]:
    """Lay out a reply as events, block by block."""
    usage = {"input_tokens": answer.input_tokens, "output_tokens": 0}
    begun = {**_head(answer), "content": [], "stop_reason": None, "usage": usage}
    yield _event("message_start", message=begun)
    for index, block in enumerate(_blocks(answer)):
        match block["type"]:
            case "thinking":
                start = {"type": "thinking", "thinking": "", "signature": ""}
                deltas = [
                    {"type": "thinking_delta", "thinking": p} for p in pieces(block["thinking"])
                ]
                deltas.append({"type": "signature_delta", "signature": block["signature"]})
            case "text":
                start = {"type": "text", "text": ""}
                deltas = [{"type": "text_delta", "text": p} for p in pieces(block["text"])]
            case _:
                start, deltas = block, []
        yield _event("content_block_start", index=index, content_block=start)
        for delta in deltas:
            yield _event("content_block_delta", index=index, delta=delta)
        yield _event("content_block_stop", index=index)
    end = {"stop_reason": STOP[answer.spoken.stop], "stop_sequence": None}
    yield _event("message_delta", delta=end, usage=_said(answer))
    yield _event("message_stop")


def error(wrong: WireError) -> Json:
    """Lay out an error."""
    kind = ERRORS.get(wrong.kind, "invalid_request_error")
    return {"type": "error", "error": {"type": kind, "message": str(wrong)}}


class _Message(Wire):
    role: Literal["user", "assistant"]
    content: str | tuple[Part, ...]


class _Request(Wire):
    model: str = Field(min_length=1)
    messages: tuple[_Message, ...] = Field(min_length=1)
    max_tokens: int = Field(ge=1)
    system: str | tuple[Part, ...] | None = None
    temperature: float | None = Field(default=None, ge=0, le=1)
    stream: bool | None = None


def _blocks(answer: Answer) -> list[Json]:
    blocks: list[Json] = []
    if answer.thought:
        signature = answer.opaque("signature")
        blocks.append({"type": "thinking", "thinking": answer.thought, "signature": signature})
    elif answer.withheld:
        blocks.append({"type": "redacted_thinking", "data": answer.opaque("redacted")})
    if answer.spoken.text:
        blocks.append({"type": "text", "text": answer.spoken.text})
    return blocks


def _head(answer: Answer) -> Json:
    return {
        "id": answer.identity("msg_"),
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "stop_sequence": None,
    }


def _said(answer: Answer) -> Json:
    return {
        "output_tokens": answer.spoken.output_tokens,
        "output_tokens_details": {"thinking_tokens": answer.spoken.reasoning_tokens},
    }


def _event(name: str, **data: object) -> Event:
    return name, {"type": name, **data}
