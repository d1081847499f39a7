"""Requests of OpenAI's chat completions."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, Tag, model_validator

from unmask.reference.talk import Offer, Tool, ToolCall, Turn, Turns, loose_end
from unmask.reference.wires.common import Asked, Json, Parts, Wire, WireError, text_of
from unmask.reference.wires.tooling import MODES, Arguments, ToolName, by_type, offered

_ROLES = {"developer": "system"}


def read(body: Json) -> Asked:
    """Read a request. Raises pydantic's ValidationError, or WireError."""
    request = _Request.model_validate(body)
    options = request.stream_options or _StreamOptions()
    turns = tuple(_turn(message) for message in request.messages)
    _check(turns)
    return Asked(
        model=request.model,
        turns=turns,
        temperature=request.temperature,
        stream=bool(request.stream),
        offer=_offer(request),
        stream_usage=bool(options.include_usage),
    )


class _StreamOptions(Wire):
    include_usage: bool | None = None


class _Called(Wire):
    name: str = Field(min_length=1)
    arguments: Arguments


class _Call(Wire):
    id: str = Field(min_length=1)
    function: _Called


class _Message(Wire):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: Parts | None = None
    tool_calls: tuple[_Call, ...] | None = None
    tool_call_id: str | None = None

    @model_validator(mode="after")
    def _results_name_their_call(self) -> Self:
        if self.role == "tool" and not self.tool_call_id:
            raise ValueError("a message of the role tool must have a tool_call_id")
        return self


class _Function(Wire):
    name: Annotated[ToolName, Field(max_length=64)]
    parameters: dict[str, Any] | None = None


class _Tool(Wire):
    function: _Function


_AnyTool = Annotated[
    Annotated[_Tool, Tag("function")] | Annotated[Wire, Tag("other")], by_type("function")
]


class _Named(Wire):
    name: str


class _Choice(Wire):
    function: _Named


class _Allowed(Wire):
    mode: Literal["auto", "required"]
    tools: tuple[_Choice, ...]


class _Choices(Wire):
    allowed_tools: _Allowed


class _Request(Wire):
    model: str = Field(min_length=1)
    messages: tuple[_Message, ...] = Field(min_length=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    tools: tuple[_AnyTool, ...] | None = None
    tool_choice: Literal["none", "auto", "required"] | _Choice | _Choices | None = None
    parallel_tool_calls: bool | None = None


def _turn(message: _Message) -> Turn:
    calls = message.tool_calls or ()
    return Turn(
        _ROLES.get(message.role, message.role),
        text_of(message.content),
        tuple(ToolCall(call.id, call.function.name, call.function.arguments) for call in calls),
        message.tool_call_id if message.role == "tool" else None,
    )


def _check(turns: Turns) -> None:
    loose = loose_end(turns, at_once=True)
    if loose is None:
        return
    where = f"messages.{loose.turn}"
    if loose.unanswered:
        raise WireError(
            400,
            "malformed",
            "messages of the role tool must follow an assistant message with tool_calls, one for "
            f"each tool_call_id; there are none for: {', '.join(loose.unanswered)}",
            f"{where}.tool_calls",
        )
    raise WireError(
        400,
        "malformed",
        f"the tool_call_id '{loose.unknown}' answers no open tool call of the assistant message "
        "before it",
        f"{where}.tool_call_id",
    )


def _offer(request: _Request) -> Offer:
    tools = [
        Tool(tool.function.name, tool.function.parameters or {})
        for tool in request.tools or ()
        if isinstance(tool, _Tool)
    ]
    parallel = request.parallel_tool_calls is not False
    match request.tool_choice:
        case _Choice(function=function):
            return offered(tools, "any", {function.name}, parallel=parallel)
        case _Choices(allowed_tools=allowed):
            names = {tool.function.name for tool in allowed.tools}
            return offered(tools, MODES[allowed.mode], names, parallel=parallel)
        case mode:
            return offered(tools, MODES[mode or "auto"], parallel=parallel)
