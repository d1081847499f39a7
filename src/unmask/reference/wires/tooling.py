"""What the wire formats share about tools: how they are offered, and calls as they are sent."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field

from unmask.reference.talk import Choice, Offer, Tool
from unmask.reference.wires.common import WireError

MODES: dict[str, Choice] = {"none": "none", "auto": "auto", "required": "any"}
"""How OpenAI's formats say whether tools are to be called."""

ToolName = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,128}$")]


def by_type(*known: str, missing: str = "other") -> Discriminator:
    """Tell apart models by their field `type`: those that are known, and `other`."""

    def tag(value: Any) -> str:
        kind = value.get("type", missing) if isinstance(value, dict) else None
        return kind if kind in known else "other"

    return Discriminator(tag)


def _parsed(arguments: Any) -> Any:
    """Parse JSON text; no text at all stands for no arguments."""
    if not isinstance(arguments, str):
        raise ValueError("arguments must be a string that holds a JSON object")
    try:
        value = json.loads(arguments or "{}")
    except (ValueError, RecursionError) as error:
        raise ValueError(f"arguments are not JSON: {error}") from None
    if not isinstance(value, dict):
        raise ValueError("arguments are JSON, but not an object")
    return value


Arguments = Annotated[dict[str, Any], BeforeValidator(_parsed)]
"""Arguments of a call as OpenAI's formats send them: an object as JSON text."""


def offered(
    tools: Collection[Tool],
    mode: Choice = "auto",
    only: Collection[str] | None = None,
    *,
    parallel: bool = True,
) -> Offer:
    """Say what of the tools may be called.

    Args:
        tools: Those of the request.
        mode: Whether they may, must or must not be called.
        only: Names of those that may be; None is all.
        parallel: Whether several calls may stand in one message.

    Raises:
        WireError: A tool is named, or one is demanded, and there is none.
    """
    for name in only or ():
        if name not in {tool.name for tool in tools}:
            raise WireError(
                400,
                "malformed",
                f"tool_choice names the tool '{name}', which is not among the tools",
                "tool_choice",
            )
    if mode == "any" and not tools:
        raise WireError(
            400, "malformed", "tool_choice demands a call, and there are no tools", "tool_choice"
        )
    chosen = tuple(tool for tool in tools if only is None or tool.name in only)
    return Offer(chosen, mode, parallel)
