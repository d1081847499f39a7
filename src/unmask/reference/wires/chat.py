"""OpenAI's chat completions, as vLLM, SGLang, Ollama, OpenRouter and many others speak them too."""

from __future__ import annotations

from collections.abc import Iterator

from unmask.reference.talk import ToolCall
from unmask.reference.wires import chat_request
from unmask.reference.wires.common import Answer, Event, Json, WireError, pieces

PATH = "/v1/chat/completions"

FINISH = {
    "stop": "stop",
    "max_tokens": "length",
    "content_filter": "content_filter",
    "tool_calls": "tool_calls",
}

ERRORS: dict[str, tuple[str, str | None]] = {
    "unknown_model": ("invalid_request_error", "model_not_found"),
    "unknown_response": ("invalid_request_error", "previous_response_not_found"),
    "context": ("invalid_request_error", "context_length_exceeded"),
    "failing": ("server_error", None),
}
"""Kind of error → OpenAI's type and code."""

read = chat_request.read


def whole(answer: Answer) -> Json:
    """Lay out a reply in one piece."""
    message = {
        "role": "assistant",
        "content": _content(answer),
        "refusal": None,
        **_reasoning(answer, answer.thought),
    }
    if answer.spoken.calls:
        message["tool_calls"] = [_call(call, call.json) for call in answer.spoken.calls]
    choice = {
        "index": 0,
        "message": message,
        "finish_reason": FINISH[answer.spoken.stop],
        "logprobs": None,
    }
    return {**_head(answer, "chat.completion"), "choices": [choice], "usage": _usage(answer)}


def stream(answer: Answer) -> Iterator[Event]:
    """Lay out a reply as chunks: reasoning, text, calls, then why it ended, then usage."""
    head = _head(answer, "chat.completion.chunk")

    def chunk(delta: Json, finish: str | None = None) -> Event:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return None, {**head, "choices": [choice]}

    yield chunk({"role": "assistant", "content": None if _content(answer) is None else ""})
    for piece in pieces(answer.thought):
        yield chunk(_reasoning(answer, piece))
    for piece in pieces(answer.spoken.text):
        yield chunk({"content": piece})
    for index, call in enumerate(answer.spoken.calls):
        yield chunk({"tool_calls": [{"index": index, **_call(call, "")}]})
        for piece in pieces(call.json):
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield chunk({}, FINISH[answer.spoken.stop])
    if answer.asked.stream_usage:
        yield None, {**head, "choices": [], "usage": _usage(answer)}
    yield None, "[DONE]"


def error(wrong: WireError) -> Json:
    """Lay out an error, as both OpenAI formats do."""
    kind, code = ERRORS.get(wrong.kind, ("invalid_request_error", None))
    return {"error": {"message": str(wrong), "type": kind, "param": wrong.param, "code": code}}


def _content(answer: Answer) -> str | None:
    """What is said: null, as OpenAI has it, where calls stand alone."""
    return answer.spoken.text or (None if answer.spoken.calls else "")


def _call(call: ToolCall, arguments: str) -> Json:
    function = {"name": call.name, "arguments": arguments}
    return {"id": call.id, "type": "function", "function": function}


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
