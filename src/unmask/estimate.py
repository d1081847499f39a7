"""What a battery takes before anything is spent: calls, tokens and money. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from unmask.battery import Battery, Checkpoint
from unmask.plan import Cell
from unmask.scorers.execution.runner import settings

if TYPE_CHECKING:
    from inspect_ai import Task
    from inspect_ai.dataset import Sample

REPLY_TOKENS = 600
VERDICT_TOKENS = 200
RUBRIC_TOKENS = 1800
"""What an answer, a verdict and a rubric are assumed to take."""

ANSWER_TOKENS = 5
"""What a runner's one word is assumed to take."""

TURNS = 15
TURN_TOKENS = 500
"""Calls of a model in one piece of agentic work, and what each of them and its result add to what
the next one is sent. Assumed: how long real models work differs more than this can say."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a checkpoint's part of a battery takes, if every reading is needed and none fails.

    Attributes:
        samples: Samples to be made.
        model_calls: Calls of the checkpoint: one for a chat sample, `TURNS` for agentic work, and
            one for the question afterwards where there is one.
        judge_calls: Judge calls if every sample shows its reasoning and no attempt is void.
        model_tokens: Tokens of the checkpoint, in and out.
        judge_tokens: Tokens of the panel, in and out.
        runner_calls: Calls of the runner, where prompts are handed in.
        runner_tokens: Its tokens, in and out.
        dollars: Cost, or None where a price is not given.
    """

    samples: int
    model_calls: int
    judge_calls: int
    model_tokens: int
    judge_tokens: int
    dollars: float | None
    runner_calls: int = 0
    runner_tokens: int = 0


@dataclass(frozen=True, slots=True)
class _Taken:
    """Calls and tokens of some samples, one epoch of each."""

    samples: int = 0
    calls: int = 0
    sent: int = 0
    said: int = 0
    readings: int = 0
    read: int = 0
    runs: int = 0
    run: int = 0

    def times(self, epochs: int) -> _Taken:
        return _Taken(*(epochs * each for each in self._all))

    def plus(self, other: _Taken) -> _Taken:
        return _Taken(*(a + b for a, b in zip(self._all, other._all, strict=True)))

    @property
    def _all(self) -> tuple[int, ...]:
        return (
            *(self.samples, self.calls, self.sent, self.said),
            *(self.readings, self.read, self.runs, self.run),
        )


def estimate(
    checkpoint: Checkpoint, battery: Battery, tasks: Sequence[tuple[Cell, Task]]
) -> Estimate:
    """Estimate calls, tokens and cost of a checkpoint; four characters to a token.

    What a provider caches is not taken off: agentic work may cost much less then.
    """
    taken = _sum(
        _taken(sample, agentic=cell.spec.style == "agentic").times(cell.epochs)
        for cell, task in tasks
        for sample in task.dataset
    )
    panel = len(battery.grader)
    judged = taken.readings * VERDICT_TOKENS
    dollars: float | None = 0.0
    answered = taken.runs * ANSWER_TOKENS
    for spec in (checkpoint, *battery.grader, *((battery.runner,) if battery.runner else ())):
        into, out = (taken.sent, taken.said) if spec is checkpoint else (taken.read, judged)
        if spec is battery.runner:
            into, out = taken.run, answered
        if spec.model.startswith("reference/"):
            continue
        if spec.prices is None or dollars is None:
            dollars = None
        else:
            dollars += (into * spec.prices.input + out * spec.prices.output) / 1e6
    return Estimate(
        samples=taken.samples,
        model_calls=taken.calls,
        judge_calls=taken.readings * panel,
        model_tokens=taken.sent + taken.said,
        judge_tokens=(taken.read + judged) * panel,
        dollars=dollars,
        runner_calls=taken.runs,
        runner_tokens=taken.run + answered,
    )


def _taken(sample: Sample, *, agentic: bool) -> _Taken:
    """Count one sample; in agentic work each call is sent all that came before it."""
    text = (
        sample.input
        if isinstance(sample.input, str)
        else "".join(message.text for message in sample.input)
    )
    tokens = len(text) // 4
    asked = int(bool((sample.metadata or {}).get("debrief")))
    readings = 2 + asked
    if not agentic:
        seen = RUBRIC_TOKENS + tokens + REPLY_TOKENS
        return _Taken(1, 1 + asked, tokens * (1 + asked), REPLY_TOKENS, readings, readings * seen)
    calls = TURNS + asked
    sent = calls * tokens + TURN_TOKENS * calls * (calls - 1) // 2
    seen = RUBRIC_TOKENS + tokens + TURNS * TURN_TOKENS + REPLY_TOKENS
    # Half of what a turn adds is the model's own: the call, or what it says.
    said = REPLY_TOKENS + calls * TURN_TOKENS // 2
    return _Taken(1, calls, sent, said, readings, readings * seen, *_run(sample))


def _run(sample: Sample) -> tuple[int, int]:
    """Count what a runner is asked of a prompt, and the tokens of that; trying it out included."""
    work = (sample.metadata or {}).get("prompted")
    if work is None:
        return 0, 0
    records = [*work["records"], *work["shown"]]
    calls = len(records) * settings().repeats
    written = len(work["probe"]) // 4  # as long as the reference prompt
    held = sum(len(json.dumps(each)) for each in records) // 4
    return calls, calls * written + settings().repeats * held


def _sum(taken: Iterable[_Taken]) -> _Taken:
    total = _Taken()
    for each in taken:
        total = total.plus(each)
    return total
