"""Finished answers put through the real scorer: a task whose replies are given, not generated."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.log import EvalLog, EvalSample
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    Content,
    ContentReasoning,
    ContentText,
    Model,
    ModelOutput,
    get_model,
)
from inspect_ai.scorer import Score
from inspect_ai.solver import Generate, Solver, TaskState, solver

from unmask.scorers.label import label


@solver
def given() -> Solver:
    """Answer with the sample's own reply and, if it has one, its thought."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        content: list[Content] = [ContentText(text=state.metadata["reply"])]
        if state.metadata["thought"]:
            content.insert(0, ContentReasoning(reasoning=state.metadata["thought"]))
        message = ChatMessageAssistant(content=content, source="generate", model="mockllm/model")
        state.messages.append(message)
        state.output = ModelOutput.from_message(message, stop_reason="stop")
        return state

    return solve


def answered(id: str, messages: list[ChatMessage], reply: str, thought: str = "") -> Sample:
    """Make a sample of a conversation and what is answered to it."""
    return Sample(id=id, input=messages, metadata={"reply": reply, "thought": thought})


def read(samples: Sequence[Sample], rubric: str, panel: Model | list[Model], logs: Path) -> EvalLog:
    """Have a judge or a panel read samples under a rubric."""
    (log,) = eval(
        Task(dataset=list(samples), solver=given(), scorer=label(rubric)),
        model=get_model("mockllm/model"),
        model_roles={"grader": panel},
        log_dir=str(logs),
        display="none",
    )
    assert log.status == "success", log.error
    return log


def scores(log: EvalLog) -> dict[str, Score]:
    """The score of each sample, by the sample's id."""
    return {str(sample.id): score for sample in log.samples or [] for score in _scores(sample)}


def outcome(score: Score) -> Any:
    """The label, or the reason that there is none."""
    return score.value if isinstance(score.value, str) else score.reason


def _scores(sample: EvalSample) -> list[Score]:
    return list((sample.scores or {}).values())
