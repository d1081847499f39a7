"""Running a judge over labelled exemplars: an Inspect task that replays them through the scorer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from inspect_ai import Epochs, Task, eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageTool,
    ChatMessageUser,
    ContentReasoning,
    ContentText,
    Model,
    ModelOutput,
    get_model,
)
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.tool import ToolCall

from unmask.errors import Incomplete
from unmask.evals.answers import Answer
from unmask.evals.catalog import EvalSpec
from unmask.evals.debrief import debrief_text
from unmask.evals.exemplars import Exemplar
from unmask.models import panel_name
from unmask.results.logs import CALIBRATION, read_logs
from unmask.results.own import own_rows
from unmask.results.table import Row, build, check
from unmask.scorers.classes import USUAL, Thresholds
from unmask.scorers.debrief import DEBRIEF, Debrief
from unmask.scorers.label import label
from unmask.scorers.labels import decide

REPLAY = "none/none"
"""Inspect's model that can't generate: whatever is read here stands in the exemplars."""

Display = Literal["rich", "plain", "none"]

Answers = Sequence[tuple[Answer, Exemplar]]
"""Answers to a debrief, each with the work it speaks of."""


@dataclass(frozen=True, slots=True)
class Reread:
    """What a judge made of the exemplars: the labels, its readings, and what it said."""

    truth: pd.DataFrame
    got: pd.DataFrame
    said: dict[str, str]
    """Exemplar -> the judge's own words on it."""
    log: Path


def panel_folder(panel: Sequence[Model]) -> str:
    """Name a panel in characters that a folder may have."""
    return re.sub(r"[^A-Za-z0-9._+-]", "-", panel_name(panel))[:150]


def reread(
    spec: EvalSpec,
    exemplars: Sequence[Exemplar],
    panel: Sequence[Model],
    logs: Path,
    display: Display = "none",
    thresholds: Thresholds = USUAL,
    answers: Answers = (),
) -> Reread:
    """Have a panel read the exemplars of one rubric. What it read before comes from its cache.

    What was answered afterwards is read for that alone: the work before it is not judged again.

    Where conduct is scored, `thresholds` turn the judge's numbers into what is held against labels.

    Raises:
        Incomplete: The run broke off; what was read is kept in the cache.
    """
    (done,) = eval(
        exemplar_task(spec, exemplars, thresholds, answers),
        model=get_model(REPLAY, memoize=False),
        model_roles={"grader": panel[0] if len(panel) == 1 else list(panel)},
        log_dir=str(logs),
        log_format="eval",
        log_realtime=False,
        fail_on_error=False,
        acp_server=False,
        ctl_server=False,
        display=display,
        log_level="error",
        score_display=False,
    )
    path = Path(done.location.removeprefix("file://"))
    if done.status != "success":
        raise Incomplete(f"reading the exemplars of {spec.name} ended in {done.status}: {path}")
    read, _ = read_logs(path)
    got = check(build(own_rows([(log, None) for log in read], {}).rows))
    said = {
        str(sample.id): score.explanation or ""
        for sample in done.samples or []
        for score in (sample.scores or {}).values()
    }
    return Reread(truth_table(spec, exemplars, answers), got, said, path)


def exemplar_task(
    spec: EvalSpec,
    exemplars: Sequence[Exemplar],
    thresholds: Thresholds = USUAL,
    answers: Answers = (),
) -> Task:
    """Build the task: each exemplar is a sample whose reply is given, and nothing is generated."""
    samples = [_sample(each) for each in exemplars]
    samples += [_asked(answer, work) for answer, work in answers]
    given = {each.id: _given(each) for each in exemplars}
    given |= {answer.id: _given(work) | {"answer": answer} for answer, work in answers}
    return Task(
        dataset=MemoryDataset(samples, name=spec.name),
        solver=replay(given),
        scorer=label(spec.rubric, thresholds.alignment, thresholds.coherence),
        epochs=Epochs(1, []),
        name=f"calibrate-{spec.name}",
        version=spec.version,
        metadata={
            "eval": spec.name,
            "family": spec.family,
            "style": spec.style,
            "asks": "exemplars",
            "checkpoint": "exemplars",
            CALIBRATION: True,
        },
    )


@solver
def replay(given: dict[str, dict[str, Any]]) -> Solver:
    """Answer each sample with what stands there for it; no tool is called.

    Args:
        given: Sample id -> `calls`, `thought` (or None) and `reply`; an `answer` if one was asked
            afterwards. Then there is no last output, which no judge of the work is shown.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        mine = given[str(state.sample_id)]
        for number, each in enumerate(mine["calls"], start=1):
            state.messages += _called(f"call-{number}", each)
        thought = mine["thought"]
        content: list[Any] = [ContentReasoning(reasoning=thought)] if thought else []
        content.append(ContentText(text=mine["reply"]))
        message = ChatMessageAssistant(content=content, source="generate", model=REPLAY)
        state.messages.append(message)
        state.output = ModelOutput.from_message(message)
        if (answer := mine.get("answer")) is not None:
            state.output = ModelOutput()
            state.store.set(DEBRIEF, _debrief(answer).model_dump(mode="json"))
        state.output.model = REPLAY
        return state

    return solve


def _called(identity: str, call: dict[str, Any]) -> list[ChatMessage]:
    asked = ToolCall(id=identity, function=call["tool"], arguments=call["with"])
    return [
        ChatMessageAssistant(content="", tool_calls=[asked], source="generate", model=REPLAY),
        ChatMessageTool(content=call["gives"], tool_call_id=identity, function=call["tool"]),
    ]


def _debrief(answer: Answer) -> Debrief:
    return Debrief(question=debrief_text(), reply=answer.reply, stop="stop", did=answer.did)


def truth_table(
    spec: EvalSpec, exemplars: Sequence[Exemplar], answers: Answers = ()
) -> pd.DataFrame:
    """Write the labels down as readings of a judge that never errs; `variant` is the case."""
    rows = [_labelled(spec, each) for each in exemplars]
    return check(build(rows + [_answered(spec, *each) for each in answers]))


def _answered(spec: EvalSpec, answer: Answer, work: Exemplar) -> Row:
    """Label an answer, and nothing of the work before it."""
    return replace(
        _labelled(spec, work),
        sample_uuid=answer.id,
        item=answer.id,
        variant=answer.case,
        label=None,
        missing="no_reply",
        conduct=None,
        reasoning=None,
        aware=None,
        kind=None,
        faking=None,
        lied=answer.lied,
        confessed_falsely=answer.confessed_falsely,
    )


def _labelled(spec: EvalSpec, exemplar: Exemplar) -> Row:
    visibility: Literal["full", "absent"] = "full" if exemplar.thought else "absent"
    outcome = decide(exemplar.conduct, exemplar.reasoning, visibility)
    return Row(
        log="",
        sample_uuid=exemplar.id,
        simulated=False,
        checkpoint="exemplars",
        run=None,
        step=None,
        model=REPLAY,
        config="",
        eval=spec.name,
        version=spec.version,
        asks="exemplars",
        family=spec.family,
        style=spec.style,
        arm="",
        thinking="",
        role="test",
        scenario=exemplar.scenario,
        variant=exemplar.case,
        item=exemplar.id,
        epoch=1,
        label=outcome.label,
        missing=outcome.missing,
        conduct=None if exemplar.conduct == "incoherent" else exemplar.conduct,
        reasoning=exemplar.reasoning,
        visibility=visibility,
        aware=exemplar.aware,
        kind=exemplar.choice,
        faking=exemplar.faking,
        judge="labels",
    )


def _given(exemplar: Exemplar) -> dict[str, Any]:
    return exemplar.model_dump(mode="json", by_alias=True, include={"calls", "thought", "reply"})


def _asked(answer: Answer, work: Exemplar) -> Sample:
    facts = {"variant": answer.case, "item": answer.id}
    sample = _sample(work)
    return sample.model_copy(update={"id": answer.id, "metadata": (sample.metadata or {}) | facts})


def _sample(exemplar: Exemplar) -> Sample:
    messages: list[ChatMessage] = [ChatMessageUser(content=exemplar.user)]
    if exemplar.system:
        messages.insert(0, ChatMessageSystem(content=exemplar.system))
    facts: dict[str, Any] = {
        "scenario": exemplar.scenario,
        "variant": exemplar.case,
        "item": exemplar.id,
        "role": "test",
    }
    if exemplar.brief is not None:
        facts["brief"] = exemplar.brief.model_dump(exclude_none=True)
    return Sample(id=exemplar.id, input=messages, metadata=facts)
