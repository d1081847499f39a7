"""OpenAI's chat completions, as vLLM, SGLang, Ollama, OpenRouter and many others speak them too."""

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

PATH = "/v1/chat/completions"

FINISH = {"stop": "stop", "max_tokens": "length", "content_filter": "content_filter"}

ERRORS: dict[str, tuple[str, str | None]] = {
    "unknown_model": ("invalid_request_error", "model_not_found"),
    "context": ("invalid_request_error", "context_length_exceeded"),
    "failing": ("server_error", None),
}
"""Kind of error → OpenAI's type and code."""


def read(body: Json) -> Asked:
    """Read a request. Raises pydantic's ValidationError."""
    request = _Request.model_validate(body)
    options = request.stream_options or _StreamOptions()
    return Asked(
        model=request.model,
        turns=tuple((_ROLES.get(m.role, m.role), text_of(m.content)) for m in request.messages),
        temperature=request.temperature,
        stream=bool(request.stream),
        stream_usage=bool(options.include_usage),
    )


def whole(answer: Answer) -> Json:
    """Lay out a reply in one piece."""
    message = {
        "role": "assistant",
        "content": answer.spoken.text,
        "refusal": None,
        **_reasoning(answer, answer.thought),
    }
    choice = {
        "index": 0,
        "message": message,
        "finish_reason": FINISH[answer.spoken.stop],
        "logprobs": None,
    }
    return {**_head(answer, "chat.completion"), "choices": [choice], "usage": _usage(answer)}


def stream(answer: Answer) -> Iterator[Event]:
    """Lay out a reply as chunks: reasoning first, then text, then why it ended, then usage."""
    head = _head(answer, "chat.completion.chunk")

    def chunk(delta: Json, finish: str | None = None) -> Event:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return None, {**head, "choices": [choice]}

    yield chunk({"role": "assistant", "content": ""})
    for piece in pieces(answer.thought):
        yield chunk(_reasoning(answer, piece))
    for piece in pieces(answer.spoken.text):
        yield chunk({"content": piece})
    yield chunk({}, FINISH[answer.spoken.stop])
    if answer.asked.stream_usage:
        yield None, {**head, "choices": [], "usage": _usage(answer)}
    yield None, "[DONE]"


def error(wrong: WireError) -> Json:
    """Lay out an error, as both OpenAI formats do."""
    kind, code = ERRORS.get(wrong.kind, ("invalid_request_error", None))
    return {"error": {"message": str(wrong), "type": kind, "param": None, "code": code}}


_ROLES = {"developer": "system"}


class _StreamOptions(Wire):
    include_usage: bool | None = None


class _Message(Wire):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | tuple[Part, ...] | None = None


class _Request(Wire):
    model: str = Field(min_length=1)
    messages: tuple[_Message, ...] = Field(min_length=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    stream: bool | None = None
    stream_options: _StreamOptions | None = None


def _reasoning(answer: Answer, thought: str) -> Json:
    """Show a thought, or a piece of one, under the name that is in use."""
    if not thought:
        return {}
    match answer.shown:
        case "reasoning":
            return {"reasoning": thought}
        case "summary":
            detail = {"type": "reasoning.summary", "summary": thought, "index": 0, "format": None}
            return {"reasoning_details": [detail]}
        case _:
            return {"reasoning_content": thought}


def _head(answer: Answer, what: str) -> Json:
    return {
        "id": answer.identity("chatcmpl-"),
        "object": what,
        "created": answer.created,
        "model": answer.model,
    }


def _usage(answer: Answer) -> Json:
    said = answer.spoken.output_tokens
    return {
        "prompt_tokens": answer.input_tokens,
        "completion_tokens": said,
        "total_tokens": answer.input_tokens + said,
        "completion_tokens_details": {"reasoning_tokens": answer.spoken.reasoning_tokens},
    }
