"""The only module that calls a runner: the model that goes by a prompt that was handed in."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from inspect_ai.model import (
    CachePolicy,
    ChatMessageUser,
    GenerateConfig,
    Model,
    get_model,
    model_roles,
)
from inspect_ai.util import LimitExceededError
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from unmask.errors import NotSent, OtherModel
from unmask.scorers.execution.examine import CheckFailed
from unmask.scorers.execution.prompts import HOW_READ, Prompted
from unmask.scorers.execution.verdicts import Call, Runs, fails, read_call, settled
from unmask.scorers.execution.worth import Answer
from unmask.scorers.judge import judge_id
from unmask.scorers.judge import settings as judge_settings
from unmask.yamls import read_yaml

HERE = Path(__file__).parent
TEMPLATE = HERE / "runner.jinja2"
SETTINGS = HERE / "runner.yaml"
ROLE = "runner"

AT_ONCE = 16
"""Calls of one sample under way at the same time; the runner's connections bound all samples'."""


class Settings(BaseModel):
    """How a runner is called (`runner.yaml`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    repeats: int = Field(ge=1)
    temperature: float = Field(ge=0)


@cache
def settings() -> Settings:
    """Read `runner.yaml`."""
    return read_yaml(SETTINGS, Settings)


def bound_runner() -> Model | None:
    """Return the model bound to the role `runner`; None where none is.

    Raises:
        ValueError: Several are.
    """
    bound = model_roles().get(ROLE)
    if isinstance(bound, list):
        raise ValueError(f"the role '{ROLE}' takes one model, not {len(bound)}")
    return None if bound is None else get_model(role=ROLE, required=True)


def runner_id(model: Model) -> str:
    """Name a runner so that two that could answer differently never share a name."""
    return judge_id(model)


def asking_digest() -> str:
    """Digest (8 hex digits) of how prompts are put to a runner, whichever it is."""
    files = (path.read_bytes() for path in (TEMPLATE, SETTINGS, HOW_READ))
    return hashlib.sha256(b"\0".join(files)).hexdigest()[:8]


async def classify(
    model: Model, prompt: str | None, work: Prompted
) -> tuple[tuple[Answer, ...], Runs]:
    """Have a runner go by a prompt on every hidden record.

    Args:
        model: The runner.
        prompt: What was handed in; None where there is nothing to be read, which flags nothing.
        work: What was to be written.

    Raises:
        CheckFailed: The runner is at fault: calls failed on which a record depends, or even the
            reference prompt gets too few verdicts from it.
        NotSent: A cap is reached, or the runner does not answer any more.
    """
    if prompt is None:
        nothing: Answer = "odd"
        return (nothing,) * len(work.records), Runs(runner_id(model), {}, {})
    probe = _flat(await _calls(model, work.probe, work.shown))
    if fails(probe):
        raise CheckFailed(f"the runner goes by no prompt: {_told(probe)} for the reference one")
    calls = await _calls(model, prompt, work.records)
    answers = [settled(each) for each in calls]
    runs = Runs(runner_id(model), dict(Counter(_flat(calls))), dict(Counter(probe)))
    known = tuple(answer for answer in answers if answer is not None)
    if len(known) < len(answers):
        lost = len(answers) - len(known)
        raise CheckFailed(f"the runner failed on {lost} of {len(answers)} records")
    return known, runs


async def _calls(model: Model, prompt: str, records: Sequence[JsonValue]) -> list[tuple[Call, ...]]:
    """Put a prompt to the runner for every record, as often as is set."""
    gate = asyncio.Semaphore(AT_ONCE)
    repeats = settings().repeats

    async def one(record: JsonValue, repeat: int) -> Call:
        async with gate:
            return await _call(model, rendered(prompt, record), repeat)

    asked = [one(each, n) for each in records for n in range(repeats)]
    told: list[Call] = []
    # All are waited for even where one can't be made: none is to go on behind a scored sample.
    for found in await asyncio.gather(*asked, return_exceptions=True):
        if isinstance(found, BaseException):
            raise found
        told.append(found)
    return [tuple(told[i : i + repeats]) for i in range(0, len(told), repeats)]


async def _call(model: Model, text: str, repeat: int) -> Call:
    own = model.config.temperature
    try:
        output = await model.generate(
            [ChatMessageUser(content=text)],
            config=GenerateConfig(temperature=settings().temperature if own is None else None),
            # As with a judge: Inspect's key knows neither arguments nor which repeat this is.
            cache=CachePolicy(
                expiry=None,
                per_epoch=False,
                scopes={"runner": runner_id(model), "repeat": str(repeat)},
            ),
        )
    except (LimitExceededError, NotSent):
        raise
    except Exception as error:
        # Inspect wraps what a provider raises, so that its text begins with the whole request.
        cause = error.__cause__ or error
        if isinstance(cause, OtherModel):
            raise CheckFailed(f"another model than the runner answered: {cause}") from None
        return "error"
    if output.error:
        return "error"
    return read_call(output.completion, output.stop_reason, judge_settings().refusal_openings)


def rendered(prompt: str, record: JsonValue) -> str:
    """Render what a runner is asked. The prompt enters as a value, never as template text."""
    return _template().render(prompt=prompt, record=json.dumps(record, ensure_ascii=False))


def _flat(calls: Sequence[tuple[Call, ...]]) -> list[Call]:
    return [call for each in calls for call in each]


def _told(calls: Sequence[Call]) -> str:
    counts = Counter(calls).most_common()
    return ", ".join(f"{number} {name}" for name, number in counts)


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        undefined=StrictUndefined,
        autoescape=False,  # plain text for a model
    )
    return environment.get_template(TEMPLATE.name)
