"""Anthropic's messages."""

from __future__ import annotations

import json
from collections.abc import Iterator

from unmask.reference.wires import messages_request
from unmask.reference.wires.common import Answer, Event, Json, WireError, pieces

PATH = "/v1/messages"

STOP = {
    "stop": "end_turn",
    "max_tokens": "max_tokens",
    "content_filter": "refusal",
    "tool_calls": "tool_use",
}

ERRORS = {
    "unknown_model": "not_found_error",
    "unknown_path": "not_found_error",
    "too_large": "request_too_large",
    "failing": "api_error",
}
"""Kind of error → Anthropic's type."""

read = messages_request.read


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
        start, deltas = _deltas(block)
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


def _blocks(answer: Answer) -> list[Json]:
    made: list[Json] = []
    if answer.thought:
        signature = answer.opaque("signature")
        made.append({"type": "thinking", "thinking": answer.thought, "signature": signature})
    elif answer.withheld:
        made.append({"type": "redacted_thinking", "data": answer.opaque("redacted")})
    if answer.spoken.text:
        made.append({"type": "text", "text": answer.spoken.text})
    made += [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": dict(call.arguments)}
        for call in answer.spoken.calls
    ]
    return made


def _deltas(block: Json) -> tuple[Json, list[Json]]:
    """Take a block apart: what a stream begins it with, and what it adds piece by piece."""
    match block["type"]:
        case "thinking":
            start = {"type": "thinking", "thinking": "", "signature": ""}
            deltas = [{"type": "thinking_delta", "thinking": p} for p in pieces(block["thinking"])]
            return start, [*deltas, {"type": "signature_delta", "signature": block["signature"]}]
        case "text":
            deltas = [{"type": "text_delta", "text": p} for p in pieces(block["text"])]
            return {"type": "text", "text": ""}, deltas
        case "tool_use":
            given = ("", *pieces(json.dumps(block["input"])))
            return {**block, "input": {}}, [
                {"type": "input_json_delta", "partial_json": p} for p in given
            ]
    return block, []


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
