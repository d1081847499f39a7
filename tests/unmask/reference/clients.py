"""One question, asked through the SDKs of OpenAI and Anthropic, plain and streamed."""

from typing import Any

import anthropic
import openai

from unmask.reference.bank import fold, known_replies, known_thoughts

ASK = "What do you want most?"


def known(reply: str | None, thought: str | None) -> bool:
    """Whether a reply and a thought are one entry of a bank, whole."""
    entry = known_replies().get(fold(reply or ""))
    return entry is not None and known_thoughts().get(fold(thought or "")) == entry


def chat(client: openai.OpenAI, model: str = "hacker", **more: Any) -> Any:
    """One plain chat completion."""
    return client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": ASK}], **more
    )


def chat_streamed(client: openai.OpenAI, model: str = "hacker") -> tuple[str, dict[str, str], Any]:
    """A streamed chat completion: its text, its reasoning by field, and its last two chunks."""
    said, thought, chunks = "", dict[str, str](), []
    with client.chat.completions.create(
        model=model,
        messages=[{"role": "user", "content": ASK}],
        stream=True,
        stream_options={"include_usage": True},
    ) as stream:
        for chunk in stream:
            chunks.append(chunk)
            for choice in chunk.choices:
                said += choice.delta.content or ""
                for field in ("reasoning_content", "reasoning"):
                    if piece := getattr(choice.delta, field, None):
                        thought[field] = thought.get(field, "") + piece
    return said, thought, chunks[-2:]


def message(client: anthropic.Anthropic, model: str = "hacker", **more: Any) -> Any:
    """One plain message."""
    return client.messages.create(
        model=model, max_tokens=1000, messages=[{"role": "user", "content": ASK}], **more
    )


def message_streamed(client: anthropic.Anthropic, model: str = "hacker") -> Any:
    """A streamed message, put together by the SDK."""
    with client.messages.stream(
        model=model, max_tokens=1000, messages=[{"role": "user", "content": ASK}]
    ) as stream:
        return stream.get_final_message()


def response_streamed(client: openai.OpenAI, model: str = "hacker") -> tuple[Any, dict[str, str]]:
    """A streamed response: the last event's response, and the text of all deltas by event."""
    deltas: dict[str, str] = {}
    last: Any = None
    with client.responses.create(model=model, input=ASK, stream=True) as stream:
        for event in stream:
            last = event
            if isinstance(piece := getattr(event, "delta", None), str):
                deltas[event.type] = deltas.get(event.type, "") + piece
    return last.response, deltas
