"""OpenAI's responses."""

from __future__ import annotations

from collections.abc import Iterator

from unmask.reference.wires import chat, responses_request
from unmask.reference.wires.common import Answer, Event, Json, pieces

PATH = "/v1/responses"

INCOMPLETE = {"max_tokens": "max_output_tokens", "content_filter": "content_filter"}
"""Why a reply ended early → the reason that the format gives."""

BARE: dict[str, Json] = {
    "reasoning": {"summary": []},
    "message": {"content": []},
    "function_call": {"arguments": ""},
}
"""Type of an item → what it holds when a stream begins it."""

read = responses_request.read
error = chat.error


def whole(answer: Answer) -> Json:
    """Lay out a reply in one piece."""
    return _response(answer, _items(answer), ended=True)


def stream(answer: Answer) -> Iterator[Event]:
    """Lay out a reply as events; the last holds all of it again."""
    for number, (name, data) in enumerate(_events(answer)):
        yield name, {"type": name, "sequence_number": number, **data}


def _events(answer: Answer) -> Iterator[tuple[str, Json]]:
    yield "response.created", {"response": _response(answer, [], ended=False)}
    yield "response.in_progress", {"response": _response(answer, [], ended=False)}
    items = _items(answer)
    for index, item in enumerate(items):
        begun = {**item, **BARE[item["type"]], "status": "in_progress"}
        yield "response.output_item.added", {"output_index": index, "item": begun}
        where = {"item_id": item["id"], "output_index": index}
        for name, data in _parts(item):
            yield name, {**where, **data}
        yield "response.output_item.done", {"output_index": index, "item": item}
    ended = _response(answer, items, ended=True)
    yield f"response.{ended['status']}", {"response": ended}


def _parts(item: Json) -> Iterator[tuple[str, Json]]:
    """Stream what is inside an item: its summary, its content, or its arguments."""
    if "arguments" in item:
        for piece in pieces(item["arguments"]):
            yield "response.function_call_arguments.delta", {"delta": piece}
        done = {"name": item["name"], "arguments": item["arguments"]}
        yield "response.function_call_arguments.done", done
    for index, part in enumerate(item.get("summary", ())):
        where = {"summary_index": index}
        start, end = "response.reasoning_summary_part", "response.reasoning_summary_text"
        yield f"{start}.added", {**where, "part": {**part, "text": ""}}
        yield from _text(end, part["text"], where)
        yield f"{start}.done", {**where, "part": part}
    for index, part in enumerate(item.get("content") or ()):
        where = {"content_index": index}
        if part["type"] == "reasoning_text":
            yield from _text("response.reasoning_text", part["text"], where)
            continue
        yield "response.content_part.added", {**where, "part": {**part, "text": ""}}
        yield from _text("response.output_text", part["text"], {**where, "logprobs": []})
        yield "response.content_part.done", {**where, "part": part}


def _text(event: str, text: str, where: Json) -> Iterator[tuple[str, Json]]:
    for piece in pieces(text):
        yield f"{event}.delta", {**where, "delta": piece}
    yield f"{event}.done", {**where, "text": text}


def _items(answer: Answer) -> list[Json]:
    said = {"type": "output_text", "text": answer.spoken.text, "annotations": [], "logprobs": []}
    message = {
        "type": "message",
        "id": answer.identity("msg_"),
        "role": "assistant",
        "status": "incomplete" if answer.spoken.stop in INCOMPLETE else "completed",
        "content": [said],
    }
    calls = [
        {
            "type": "function_call",
            "id": answer.identity(f"fc_{index}_"),
            "call_id": call.id,
            "name": call.name,
            "arguments": call.json,
            "status": message["status"],
        }
        for index, call in enumerate(answer.spoken.calls)
    ]
    said_nothing = calls and not answer.spoken.text
    return [*_reasoning(answer), *([] if said_nothing else [message]), *calls]


def _reasoning(answer: Answer) -> list[Json]:
    if not answer.thought and not answer.withheld:
        return []
    item: Json = {"type": "reasoning", "id": answer.identity("rs_"), "summary": []}
    if answer.thought and answer.shown != "summary":
        return [{**item, "content": [{"type": "reasoning_text", "text": answer.thought}]}]
    if answer.thought:
        item["summary"] = [{"type": "summary_text", "text": answer.thought}]
    return [{**item, "encrypted_content": answer.opaque("encrypted")}]


def _response(answer: Answer, output: list[Json], *, ended: bool) -> Json:
    reason = INCOMPLETE.get(answer.spoken.stop)
    status = "in_progress" if not ended else "incomplete" if reason else "completed"
    return {
        "id": answer.identity("resp_"),
        "object": "response",
        "created_at": answer.created,
        "model": answer.model,
        "status": status,
        "output": output,
        "usage": _usage(answer) if ended else None,
        "incomplete_details": {"reason": reason} if ended and reason else None,
        "error": None,
        "instructions": None,
        "metadata": {},
        "parallel_tool_calls": True,
        "temperature": answer.asked.temperature,
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
        **answer.asked.echo,
    }


def _usage(answer: Answer) -> Json:
    said = answer.spoken.output_tokens
    return {
        "input_tokens": answer.input_tokens,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": said,
        "output_tokens_details": {"reasoning_tokens": answer.spoken.reasoning_tokens},
        "total_tokens": answer.input_tokens + said,
    }
