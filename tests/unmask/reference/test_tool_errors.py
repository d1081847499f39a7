"""Requests with tools that are wrong: the error that each API gives, and what it says."""

import copy
from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest
from tests.unmask.reference.talks import (
    CHAT_TALK,
    CHAT_TOOLS,
    MESSAGES_TALK,
    MESSAGES_TOOLS,
    RESPONSES_TALK,
    RESPONSES_TOOLS,
    user,
)

from unmask.reference.serve import ReferenceServer, serving

UNFIT: dict[str, Any] = {
    "type": "object",
    "properties": {"code": {"type": "string", "pattern": "^Q[0-9]$"}},
    "required": ["code"],
}


def changed(value: Any, path: tuple[str | int, ...], to: Any) -> Any:
    """Copy a value with one place in it replaced, or, by `...`, left out."""
    copied = copy.deepcopy(value)
    inner = copied
    for step in path[:-1]:
        inner = inner[step]
    if to is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = to
    return copied


CHAT: list[tuple[dict[str, Any], str, str | None]] = [
    (
        {"messages": changed(CHAT_TALK, (3, "tool_call_id"), "call_9")},
        "'call_9' answers no open tool call",
        "messages.3.tool_call_id",
    ),
    ({"messages": changed(CHAT_TALK, (3, "tool_call_id"), ...)}, "tool_call_id", "messages.3"),
    (
        {"messages": changed(CHAT_TALK, (4,), ...)},
        "there are none for: call_1",
        "messages.2.tool_calls",
    ),
    ({"messages": CHAT_TALK[:3]}, "there are none for: call_1, call_2", "messages.2.tool_calls"),
    ({"messages": CHAT_TALK[3:4]}, "'call_2' answers no open", "messages.0.tool_call_id"),
    (
        {
            "messages": changed(
                CHAT_TALK, (2, "tool_calls", 0, "function", "arguments"), '{"city": '
            )
        },
        "arguments are not JSON",
        "messages.2.tool_calls.0.function.arguments",
    ),
    (
        {"messages": changed(CHAT_TALK, (2, "tool_calls", 0, "function", "arguments"), "[1]")},
        "not an object",
        "messages.2.tool_calls.0.function.arguments",
    ),
    (
        {"tool_choice": {"type": "function", "function": {"name": "map"}}},
        "names the tool 'map'",
        "tool_choice",
    ),
    ({"tools": [], "tool_choice": "required"}, "demands a call", "tool_choice"),
    (
        {"tools": changed(CHAT_TOOLS, (0, "function", "name"), "my tool")},
        "should match pattern",
        "tools.0.function.function.name",
    ),
    (
        {"tools": changed(CHAT_TOOLS, (0, "function", "name"), "x" * 65)},
        "at most 64",
        "tools.0.function.function.name",
    ),
    (
        {"tools": changed(CHAT_TOOLS, (0, "function", "parameters"), UNFIT)},
        "no arguments for the tool weather",
        "tools",
    ),
    (
        {"tools": changed(CHAT_TOOLS, (0, "function", "parameters"), {"type": "strnig"})},
        "no JSON schema",
        "tools",
    ),
]

RESPONSES: list[tuple[dict[str, Any], str, str | None]] = [
    (
        {"input": changed(RESPONSES_TALK, (6, "call_id"), "call_9")},
        "no open function_call with the call_id 'call_9'",
        "input",
    ),
    (
        {"input": changed(RESPONSES_TALK, (7,), ...)},
        "no function_call_output for: call_1",
        "input",
    ),
    (
        {"input": changed(RESPONSES_TALK, (4, "arguments"), "{'city': 1}")},
        "arguments are not JSON",
        "input.4.function_call.arguments",
    ),
    (
        {"input": changed(RESPONSES_TALK, (4, "arguments"), {"city": "Oslo"})},
        "must be a string",
        "input.4.function_call.arguments",
    ),
    (
        {"tool_choice": {"type": "function", "name": "map"}},
        "names the tool 'map'",
        "tool_choice",
    ),
    (
        {"input": RESPONSES_TALK[6:8], "previous_response_id": "resp_1"},
        "there is no response 'resp_1'",
        "previous_response_id",
    ),
    (
        {"tools": changed(RESPONSES_TOOLS, (0, "parameters"), UNFIT)},
        "no arguments for the tool weather",
        "tools",
    ),
]

MESSAGES: list[tuple[dict[str, Any], str]] = [
    (
        {"messages": changed(MESSAGES_TALK, (2, "content", 0, "tool_use_id"), "call_9")},
        "the tool_use_id 'call_9'",
    ),
    ({"messages": changed(MESSAGES_TALK, (2, "content", 1), ...)}, "there are none for: call_1"),
    ({"messages": MESSAGES_TALK[:2]}, "there are none for: call_1, call_2"),
    (
        {"messages": changed(MESSAGES_TALK, (1, "content", 2, "input"), '{"city": "Oslo"}')},
        "messages.1.content.2.tool_use.input: Input should be a valid dictionary",
    ),
    (
        {"messages": changed(MESSAGES_TALK, (2, "content", 0, "tool_use_id"), ...)},
        "messages.2.content.0.tool_result.tool_use_id: Field required",
    ),
    ({"tool_choice": {"type": "tool", "name": "map"}}, "names the tool 'map'"),
    ({"tool_choice": {"type": "tool"}}, "tool_choice: the type tool wants a name"),
    ({"tools": [], "tool_choice": {"type": "any"}}, "demands a call"),
    ({"tools": [{"name": "clock"}]}, "tools.0.custom.input_schema: Field required"),
    (
        {"tools": changed(MESSAGES_TOOLS, (0, "input_schema"), UNFIT)},
        "no arguments for the tool weather",
    ),
]


@pytest.fixture(scope="module")
def server() -> Iterator[ReferenceServer]:
    """A server."""
    with serving() as started:
        yield started


@pytest.fixture(scope="module")
def one(server: ReferenceServer) -> Iterator[openai.OpenAI]:
    """OpenAI's client."""
    with openai.OpenAI(base_url=server.openai_url, api_key="none", max_retries=0) as client:
        yield client


@pytest.fixture(scope="module")
def two(server: ReferenceServer) -> Iterator[anthropic.Anthropic]:
    """Anthropic's client."""
    with anthropic.Anthropic(base_url=server.origin, api_key="none", max_retries=0) as client:
        yield client


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("wrong", "says", "param"), CHAT)
def test_chat_completions(
    one: openai.OpenAI, wrong: dict[str, Any], says: str, param: str | None, stream: bool
) -> None:
    """A wrong request is a bad one before anything is streamed, and names the field."""
    asked: dict[str, Any] = {"messages": user(), "tools": CHAT_TOOLS} | wrong
    with pytest.raises(openai.BadRequestError) as caught:
        one.chat.completions.create(model="tools", stream=stream, **asked)
    assert says in str(caught.value)
    assert (caught.value.type, caught.value.param) == ("invalid_request_error", param)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("wrong", "says", "param"), RESPONSES)
def test_responses(
    one: openai.OpenAI, wrong: dict[str, Any], says: str, param: str | None, stream: bool
) -> None:
    """A wrong request is a bad one before anything is streamed, and names the field."""
    asked: dict[str, Any] = {"input": user(), "tools": RESPONSES_TOOLS} | wrong
    with pytest.raises(openai.BadRequestError) as caught:
        one.responses.create(model="tools", stream=stream, **asked)
    assert says in str(caught.value)
    assert (caught.value.type, caught.value.param) == ("invalid_request_error", param)
    code = "previous_response_not_found" if param == "previous_response_id" else None
    assert caught.value.code == code


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("wrong", "says"), MESSAGES)
def test_messages(two: anthropic.Anthropic, wrong: dict[str, Any], says: str, stream: bool) -> None:
    """A wrong request is a bad one before anything is streamed, and says where."""
    asked: dict[str, Any] = {"messages": user(), "tools": MESSAGES_TOOLS} | wrong
    with pytest.raises(anthropic.BadRequestError) as caught:
        two.messages.create(model="tools", max_tokens=9, stream=stream, **asked)
    assert says in str(caught.value)
    assert caught.value.type == "invalid_request_error"


def test_a_persona_minds_no_schema(one: openai.OpenAI) -> None:
    """A persona calls nothing, and answers whatever is on offer."""
    tools: Any = changed(CHAT_TOOLS, (0, "function", "parameters"), UNFIT)
    made = one.chat.completions.create(model="aligned", messages=CHAT_TALK, tools=tools)
    assert made.choices[0].message.content and not made.choices[0].message.tool_calls
