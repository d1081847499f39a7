"""Tool calls through the unchanged SDKs of OpenAI and Anthropic, and the errors that they get."""

import json
from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest
from tests.unmask.reference.talks import (
    ASK,
    CALLS,
    CHAT_TALK,
    CHAT_TOOLS,
    MESSAGES_TALK,
    MESSAGES_TOOLS,
    OTHER,
    RESPONSES_TALK,
    RESPONSES_TOOLS,
    TALK,
    TOOLS,
    user,
)

from unmask.reference.caller import Caller
from unmask.reference.serve import Call, ReferenceServer, Settings, serving
from unmask.reference.talk import Offer, Spoken, Tool, ToolCall, Turn

SCRIPTED = Spoken("One moment.", "Two calls.", "tool_calls", 3, CALLS)
ALONE = Spoken("", "", "tool_calls", 0, CALLS)
SCRIPTS = {"aligned": SCRIPTED, "hacker": ALONE}


class Ear:
    """Answers for two personas by script, and keeps what was asked."""

    def __init__(self) -> None:
        self.heard: list[Call] = []

    def __call__(self, call: Call) -> Spoken | None:
        """Note a call; an answer to the name `tools` is left to it."""
        self.heard.append(call)
        return SCRIPTS.get(call.model)


@pytest.fixture(scope="module")
def ear() -> Ear:
    """What the server was asked."""
    return Ear()


@pytest.fixture(scope="module")
def server(ear: Ear) -> Iterator[ReferenceServer]:
    """A server whose answers are scripted for some names."""
    with serving(Settings(intercept=ear)) as started:
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


def parsed(calls: Any) -> tuple[ToolCall, ...]:
    """Calls of a chat completion."""
    return tuple(
        ToolCall(c.id, c.function.name, json.loads(c.function.arguments)) for c in calls or ()
    )


def chat(client: openai.OpenAI, model: str, messages: Any, **more: Any) -> tuple[Any, Any]:
    """A chat completion, plain and as the SDK puts it together from a stream."""
    asked = {"model": model, "messages": messages, "tools": CHAT_TOOLS, **more}
    plain = client.chat.completions.create(**asked)
    with client.chat.completions.stream(**asked) as stream:
        return plain.choices[0], stream.get_final_completion().choices[0]


def response(client: openai.OpenAI, model: str, given: Any, **more: Any) -> tuple[Any, Any]:
    """A response, plain and as the SDK puts it together from a stream."""
    asked = {"model": model, "input": given, "tools": RESPONSES_TOOLS, **more}
    plain = client.responses.create(**asked)
    with client.responses.stream(**asked) as stream:
        return plain, stream.get_final_response()


def message(client: anthropic.Anthropic, model: str, given: Any, **more: Any) -> tuple[Any, Any]:
    """A message, plain and as the SDK puts it together from a stream."""
    asked = {
        "model": model,
        "max_tokens": 99,
        "messages": given,
        "tools": MESSAGES_TOOLS,
        **more,
    }
    plain = client.messages.create(**asked)
    with client.messages.stream(**asked) as stream:
        return plain, stream.get_final_message()


@pytest.mark.parametrize("model", SCRIPTS)
def test_calls_in_chat_completions(one: openai.OpenAI, model: str) -> None:
    """Calls stand in `tool_calls`, whole and streamed, and the text is null where there is none."""
    for choice in chat(one, model, user()):
        assert parsed(choice.message.tool_calls) == CALLS
        assert choice.finish_reason == "tool_calls"
        assert choice.message.content == (SCRIPTS[model].text or None)


@pytest.mark.parametrize("model", SCRIPTS)
def test_calls_in_responses(one: openai.OpenAI, model: str) -> None:
    """Each call is an item of its own, behind the message, if there is one."""
    kinds = ["function_call", "function_call"]
    if SCRIPTS[model].text:
        kinds = ["reasoning", "message", *kinds]
    for made in response(one, model, ASK):
        assert [item.type for item in made.output] == kinds
        items = made.output[-2:]
        assert tuple(ToolCall(i.call_id, i.name, json.loads(i.arguments)) for i in items) == CALLS
        assert {item.status for item in items} == {made.status} == {"completed"}
        assert len({item.id for item in made.output}) == len(made.output)
        assert [tool.name for tool in made.tools] == list(TOOLS)


@pytest.mark.parametrize("model", SCRIPTS)
def test_calls_in_messages(two: anthropic.Anthropic, model: str) -> None:
    """Each call is a block of its own, behind thinking and text, if there are any."""
    kinds = ["tool_use", "tool_use"]
    if SCRIPTS[model].text:
        kinds = ["thinking", "text", *kinds]
    for made in message(two, model, user()):
        assert [block.type for block in made.content] == kinds
        assert tuple(ToolCall(b.id, b.name, b.input) for b in made.content[-2:]) == CALLS
        assert made.stop_reason == "tool_use"


def test_arguments_stream_in_pieces(one: openai.OpenAI, two: anthropic.Anthropic) -> None:
    """The deltas of each format's own events add up to the arguments, in more than one piece."""
    asked: dict[str, Any] = {"model": "aligned", "messages": user(), "tools": CHAT_TOOLS}
    found: dict[str, dict[int, list[str]]] = {"chat": {}, "responses": {}, "messages": {}}
    with one.chat.completions.create(**asked, stream=True) as chunks:
        for chunk in chunks:
            for call in chunk.choices[0].delta.tool_calls or ():
                found["chat"].setdefault(call.index, []).append(call.function.arguments)
    asked = {"model": "aligned", "input": ASK, "tools": RESPONSES_TOOLS}
    with one.responses.create(**asked, stream=True) as events:
        for event in events:
            if event.type == "response.function_call_arguments.delta":
                # Behind the reasoning and the message.
                found["responses"].setdefault(event.output_index - 2, []).append(event.delta)
    asked = {"model": "aligned", "messages": user(), "tools": MESSAGES_TOOLS, "max_tokens": 9}
    with two.messages.create(**asked, stream=True) as raw:
        for piece in raw:
            if piece.type == "content_block_delta" and piece.delta.type == "input_json_delta":
                texts = found["messages"].setdefault(piece.index - 2, [])
                texts.append(piece.delta.partial_json)
    for name, texts_of in found.items():
        assert {i: json.loads("".join(t)) for i, t in texts_of.items()} == {
            i: call.arguments for i, call in enumerate(CALLS)
        }, name
        assert len([text for text in texts_of[0] if text]) > 1, name


def test_calls_begin_without_arguments(one: openai.OpenAI, two: anthropic.Anthropic) -> None:
    """The event that begins a call names it and holds none of its arguments, which are added up."""
    asked: dict[str, Any] = {"model": "aligned", "tools": RESPONSES_TOOLS}
    with one.responses.create(**asked, input=ASK, stream=True) as events:
        added: list[Any] = [e.item for e in events if e.type == "response.output_item.added"]
    begun = [(i.call_id, i.name, i.arguments) for i in added if i.type == "function_call"]
    assert begun == [("call_1", "weather", ""), ("call_2", "clock", "")]
    asked = {"model": "aligned", "messages": user(), "tools": MESSAGES_TOOLS, "max_tokens": 9}
    with two.messages.create(**asked, stream=True) as raw:
        blocks: list[Any] = [e.content_block for e in raw if e.type == "content_block_start"]
    starts = [(b.id, b.name, b.input) for b in blocks if b.type == "tool_use"]
    assert starts == [("call_1", "weather", {}), ("call_2", "clock", {})]


def test_an_answer_in_pieces_is_one_turn(ear: Ear, one: openai.OpenAI) -> None:
    """Text between the calls of a response's items belongs to the same answer."""
    ear.heard.clear()
    *before, said, first, second, third, fourth, last = RESPONSES_TALK
    response(one, "tools", [*before, first, said, second, third, fourth, last])
    assert [tuple(call.turns) for call in ear.heard] == [TALK, TALK]


def test_usage_counts_calls(one: openai.OpenAI) -> None:
    """Calls cost tokens: as output when made, and as input when sent back."""
    plain = one.chat.completions.create(model="hacker", messages=[{"role": "user", "content": ASK}])
    assert plain.usage is not None
    assert plain.usage.completion_tokens == ALONE.output_tokens > 10


def test_conversations_are_understood_alike(
    ear: Ear, one: openai.OpenAI, two: anthropic.Anthropic
) -> None:
    """Earlier calls and results, and the tools on offer, are the same from every format."""
    tools = tuple(Tool(name, schema) for name, schema in TOOLS.items())
    forms: list[tuple[Any, Any, Any, Offer]] = [
        (
            {"tool_choice": "required", "parallel_tool_calls": False},
            {"tool_choice": "required", "parallel_tool_calls": False},
            {"type": "any", "disable_parallel_tool_use": True},
            Offer(tools, "any", parallel=False),
        ),
        (
            {"tool_choice": {"type": "function", "function": {"name": "clock"}}},
            {"tool_choice": {"type": "function", "name": "clock"}},
            {"type": "tool", "name": "clock"},
            Offer(tools[1:], "any"),
        ),
        ({"tool_choice": "none"}, {"tool_choice": "none"}, {"type": "none"}, Offer(tools, "none")),
    ]
    for for_chat, for_responses, choice, offer in forms:
        ear.heard.clear()
        chat(one, "tools", CHAT_TALK, **for_chat)
        response(one, "tools", RESPONSES_TALK, **for_responses)
        message(two, "tools", MESSAGES_TALK, system="Be brief.", tool_choice=choice)
        assert len(ear.heard) == 6
        for call in ear.heard:
            assert tuple(call.turns) == TALK, call.path
            assert call.offer == offer, call.path


def test_a_subset_may_be_allowed(ear: Ear, one: openai.OpenAI) -> None:
    """OpenAI's list of allowed tools narrows the offer."""
    ear.heard.clear()
    named = [{"type": "function", "function": {"name": "clock"}}]
    allowed: Any = {"mode": "auto", "tools": named}
    chat(one, "tools", user(), tool_choice={"type": "allowed_tools", "allowed_tools": allowed})
    allowed = {"mode": "auto", "tools": [{"type": "function", "name": "clock"}]}
    response(one, "tools", ASK, tool_choice={"type": "allowed_tools", **allowed})
    assert [call.offer for call in ear.heard] == [Offer((Tool("clock", OTHER),))] * 4


def test_tools_that_no_client_runs_are_not_called(
    ear: Ear, one: openai.OpenAI, two: anthropic.Anthropic
) -> None:
    """Tools of the provider's own are let through, and never on offer."""
    ear.heard.clear()
    hosted: Any = {"type": "web_search", "name": "web_search"}
    made, _ = response(one, "tools", ASK, tools=[hosted])
    assert [item.type for item in made.output] == ["message"]
    search: Any = {"type": "web_search_20250305", "name": "web_search"}
    assert message(two, "tools", user(), tools=[search])[0].stop_reason == "end_turn"
    assert {call.offer for call in ear.heard} == {Offer()}


def test_a_loop_over_each_sdk_is_that_in_process(
    one: openai.OpenAI, two: anthropic.Anthropic
) -> None:
    """`tools` makes the calls and gives the last answer that it gives in process."""
    offer = Offer(tuple(Tool(name, schema) for name, schema in TOOLS.items()))
    turns = [Turn("user", ASK)]
    first = Caller().speak(turns, epoch=1, temperature=None, offer=offer)
    results = [Turn("tool", f"{c.name} works", call_id=c.id) for c in first.calls]
    turns += [Turn("assistant", "", first.calls), *results]
    last = Caller().speak(turns, epoch=1, temperature=None, offer=offer).text
    assert "- weather: weather works\n- clock: clock works" in last

    said: Any = chat(one, "tools", user())[0].message
    assert parsed(said.tool_calls) == first.calls
    back: Any = [{"role": "tool", "tool_call_id": r.call_id, "content": r.text} for r in results]
    assert chat(one, "tools", [*user(), said, *back])[1].message.content == last

    made = response(one, "tools", ASK)[0]
    items: Any = [item for item in made.output if item.type == "function_call"]
    assert tuple(ToolCall(i.call_id, i.name, json.loads(i.arguments)) for i in items) == first.calls
    back = [
        {"type": "function_call_output", "call_id": r.call_id, "output": r.text} for r in results
    ]
    assert response(one, "tools", [*user(), *made.output, *back])[1].output_text == last

    content = message(two, "tools", user())[0].content
    uses = [block for block in content if block.type == "tool_use"]
    assert tuple(ToolCall(u.id, u.name, u.input) for u in uses) == first.calls
    back = [{"type": "tool_result", "tool_use_id": r.call_id, "content": r.text} for r in results]
    whole: Any = [*user(), {"role": "assistant", "content": content}]
    whole.append({"role": "user", "content": back})
    assert message(two, "tools", whole)[1].content[-1].text == last
