"""Requests of Anthropic's messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, Tag, model_validator

from unmask.reference.talk import Choice, Offer, Tool, ToolCall, Turn, Turns, loose_end
from unmask.reference.wires.common import (
    Asked,
    Json,
    Part,
    Parts,
    Wire,
    WireError,
    blocks,
    text_of,
)
from unmask.reference.wires.tooling import ToolName, by_type, offered


def read(body: Json) -> Asked:
    """Read a request. Raises pydantic's ValidationError, or WireError."""
    request = _Request.model_validate(body)
    system = text_of(request.system)
    turns = [Turn("system", system)] if system else []
    for message in request.messages:
        turns += _turns(message)
    _check(turns)
    return Asked(
        model=request.model,
        turns=tuple(turns),
        temperature=request.temperature,
        stream=bool(request.stream),
        offer=_offer(request),
    )


class _Use(Wire):
    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    input: dict[str, Any]


class _Result(Wire):
    tool_use_id: str = Field(min_length=1)
    content: Parts | None = None


_Block = Annotated[
    Annotated[_Use, Tag("tool_use")]
    | Annotated[_Result, Tag("tool_result")]
    | Annotated[Part, Tag("other")],
    by_type("tool_use", "tool_result"),
]


class _Message(Wire):
    role: Literal["user", "assistant"]
    content: Annotated[tuple[_Block, ...], BeforeValidator(blocks)]


class _Tool(Wire):
    name: ToolName
    input_schema: dict[str, Any]


_AnyTool = Annotated[
    Annotated[_Tool, Tag("custom")] | Annotated[Wire, Tag("other")],
    by_type("custom", missing="custom"),
]


class _Choice(Wire):
    type: Choice | Literal["tool"]
    name: str | None = None
    disable_parallel_tool_use: bool = False

    @model_validator(mode="after")
    def _a_tool_has_a_name(self) -> Self:
        if self.type == "tool" and not self.name:
            raise ValueError("the type tool wants a name")
        return self


class _Request(Wire):
    model: str = Field(min_length=1)
    messages: tuple[_Message, ...] = Field(min_length=1)
    max_tokens: int = Field(ge=1)
    system: Parts | None = None
    temperature: float | None = Field(default=None, ge=0, le=1)
    stream: bool | None = None
    tools: tuple[_AnyTool, ...] | None = None
    tool_choice: _Choice | None = None


def _turns(message: _Message) -> Iterator[Turn]:
    """Take a message apart: each result of a tool is a turn of its own."""
    results = [block for block in message.content if isinstance(block, _Result)]
    for result in results:
        yield Turn("tool", text_of(result.content), call_id=result.tool_use_id)
    text = text_of(message.content)
    uses = [block for block in message.content if isinstance(block, _Use)]
    if text or not results:
        calls = tuple(ToolCall(use.id, use.name, use.input) for use in uses)
        yield Turn(message.role, text, calls)


def _check(turns: Turns) -> None:
    loose = loose_end(turns, at_once=True)
    if loose is None:
        return
    if loose.unanswered:
        raise WireError(
            400,
            "malformed",
            "messages: each tool_use block must have its tool_result block in the next message; "
            f"there are none for: {', '.join(loose.unanswered)}",
        )
    raise WireError(
        400,
        "malformed",
        f"messages: the tool_use_id '{loose.unknown}' of a tool_result block is that of no open "
        "tool_use block in the message before it",
    )


def _offer(request: _Request) -> Offer:
    tools = [
        Tool(tool.name, tool.input_schema)
        for tool in request.tools or ()
        if isinstance(tool, _Tool)
    ]
    choice = request.tool_choice or _Choice(type="auto")
    parallel = not choice.disable_parallel_tool_use
    if choice.type == "tool":
        return offered(tools, "any", {choice.name or ""}, parallel=parallel)
    return offered(tools, choice.type, parallel=parallel)
