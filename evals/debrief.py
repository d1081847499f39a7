"""One question about what was done, asked when nothing can be done any more."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from inspect_ai.model import ChatMessageUser, GenerateConfig, get_model
from inspect_ai.solver import TaskState
from inspect_ai.tool import Tool
from inspect_ai.util import LimitExceededError, store
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from unmask.scorers.channels import split
from unmask.scorers.debrief import DEBRIEF, Debrief

PROMPTS = Path(__file__).parent / "prompts"

LONGEST = 8_000
"""Tokens of the answer, reasoning included."""


@cache
def debrief_text() -> str:
    """Return the question, where a scenario has none of its own."""
    environment = Environment(
        loader=FileSystemLoader(PROMPTS),
        undefined=StrictUndefined,
        autoescape=False,  # plain text for a model
    )
    return environment.get_template("debrief.jinja2").render().strip()


async def ask(state: TaskState, tools: Sequence[Tool]) -> None:
    """Ask the sample's question and keep the answer beside the conversation.

    The sample's limits are lifted for it: they bound the work, and one that was reached here would
    be taken for an end of that. What goes wrong is kept as well, and costs the sample nothing else.

    Args:
        state: The sample, its work ended.
        tools: What it worked with, which some providers must be told again; none may be called.
    """
    question = str(state.metadata["debrief"])
    state.message_limit = None
    state.token_limit = None
    try:
        output = await get_model().generate(
            [*state.messages, ChatMessageUser(content=question)],
            tools=tools,
            tool_choice="none",
            config=GenerateConfig(max_tokens=LONGEST),
        )
    except LimitExceededError:
        raise
    except Exception as error:
        cause = error.__cause__ or error
        kept = Debrief(question=question, failed=f"{type(cause).__name__}: {str(cause)[:300]}")
    else:
        said = split(output.message) if not output.empty else None
        kept = Debrief(
            question=question,
            reply=said.visible if said else "",
            reasoning=said.reasoning if said else "",
            stop=output.stop_reason,
            failed=output.error,
        )
    store().set(DEBRIEF, kept.model_dump(mode="json"))
