"""Requests of OpenAI's responses."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, Tag

from unmask.reference.talk import Offer, Tool, ToolCall, Turn, Turns, loose_end
from unmask.reference.wires.common import Asked, Json, Parts, Wire, WireError, text_of
from unmask.reference.wires.tooling import MODES, Arguments, ToolName, by_type, offered

ECHOED = ("tools", "tool_choice", "parallel_tool_calls")
"""What a response repeats of its request."""


def read(body: Json) -> Asked:
    """Read a request. Raises pydantic's ValidationError, or WireError."""
    request = _Request.model_validate(body)
    if request.previous_response_id:
        raise WireError(
            400,
            "unknown_response",
            f"there is no response '{request.previous_response_id}': this server keeps none, so "
            "that the input must hold the whole conversation",
            "previous_response_id",
        )
    turns = [Turn("system", request.instructions)] if request.instructions else []
    for item in request.input:
        _add(turns, item)
    _check(turns)
    return Asked(
        model=request.model,
        turns=tuple(turns),
        temperature=request.temperature,
        stream=bool(request.stream),
        offer=_offer(request),
        echo={name: body[name] for name in ECHOED if body.get(name) is not None},
    )


class _Item(Wire):
    type: str = "message"
    role: Literal["system", "developer", "user", "assistant"] | None = None
    content: Parts | None = None


class _Call(Wire):
    call_id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    arguments: Arguments


class _Result(Wire):
    call_id: str = Field(min_length=1)
    output: Parts


_AnyItem = Annotated[
    Annotated[_Call, Tag("function_call")]
    | Annotated[_Result, Tag("function_call_output")]
    | Annotated[_Item, Tag("other")],
    by_type("function_call", "function_call_output"),
]


class _Tool(Wire):
    name: ToolName
    parameters: dict[str, Any] | None = None


_AnyTool = Annotated[
    Annotated[_Tool, Tag("function")] | Annotated[Wire, Tag("other")], by_type("function")
]


class _Named(Wire):
    name: str


class _Allowed(Wire):
    mode: Literal["auto", "required"]
    tools: tuple[_Named, ...]


def _items_of(given: Any) -> Any:
    """Take a text for the user's message that it stands for."""
    if not isinstance(given, str):
        return given
    return [{"role": "user", "content": given}] if given else []


class _Request(Wire):
    model: str = Field(min_length=1)
    input: Annotated[tuple[_AnyItem, ...], BeforeValidator(_items_of), Field(min_length=1)]
    instructions: str | None = None
    previous_response_id: str | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    stream: bool | None = None
    tools: tuple[_AnyTool, ...] | None = None
    tool_choice: Literal["none", "auto", "required"] | _Allowed | _Named | None = None
    parallel_tool_calls: bool | None = None


def _add(turns: list[Turn], item: _Item | _Call | _Result) -> None:
    """Add an item to a conversation: text and calls of one answer come as items of their own."""
    match item:
        case _Result():
            turns.append(Turn("tool", text_of(item.output), call_id=item.call_id))
        case _Call():
            last = turns.pop() if turns and turns[-1].role == "assistant" else Turn("assistant", "")
            call = ToolCall(item.call_id, item.name, item.arguments)
            turns.append(Turn("assistant", last.text, (*last.calls, call)))
        case _Item(role=str(role)):
            text = text_of(item.content)
            if item.role == "assistant" and turns and turns[-1].calls:
                turns.append(Turn("assistant", text, turns.pop().calls))
            else:
                turns.append(Turn("system" if role == "developer" else role, text))


def _check(turns: Turns) -> None:
    loose = loose_end(turns, at_once=False)
    if loose is None:
        return
    if loose.unanswered:
        raise WireError(
            400,
            "malformed",
            f"there is no function_call_output for: {', '.join(loose.unanswered)}",
            "input",
        )
    raise WireError(
        400,
        "malformed",
        f"there is no open function_call with the call_id '{loose.unknown}' of a "
        "function_call_output",
        "input",
    )


def _offer(request: _Request) -> Offer:
    tools = [
        Tool(tool.name, tool.parameters or {})
        for tool in request.tools or ()
        if isinstance(tool, _Tool)
    ]
    parallel = request.parallel_tool_calls is not False
    match request.tool_choice:
        case _Named(name=name):
            return offered(tools, "any", {name}, parallel=parallel)
        case _Allowed(mode=mode, tools=allowed):
            return offered(tools, MODES[mode], {tool.name for tool in allowed}, parallel=parallel)
        case mode:
            return offered(tools, MODES[mode or "auto"], parallel=parallel)
