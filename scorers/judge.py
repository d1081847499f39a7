"""The only module that calls a grader."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from inspect_ai.model import (
    CachePolicy,
    ChatMessageUser,
    GenerateConfig,
    Model,
    ModelName,
    ResponseSchema,
    get_model,
    model_roles,
)
from inspect_ai.util import LimitExceededError
from inspect_ai.util._json import JSONSchema
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from pydantic import BaseModel, ConfigDict, Field

from unmask.errors import NotSent, OtherModel
from unmask.scorers.attempts import refuses_schema, revive, store
from unmask.scorers.labels import Missing
from unmask.scorers.panel import Decision, Vote, majority, settle
from unmask.scorers.parse import QUOTELESS, Verdict, Void, parse_reply
from unmask.scorers.record import Line, nonce_for, oversized, render_record
from unmask.scorers.rubric import ReadingName, Rubric
from unmask.yamls import read_yaml

HERE = Path(__file__).parent
TEMPLATE = HERE / "judge.jinja2"
SETTINGS = HERE / "judge.yaml"
ROLE = "grader"


class Settings(BaseModel):
    """How a judge is called, whatever the rubric (`judge.yaml`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    attempts: int = Field(ge=1)
    temperatures: tuple[float, ...] = Field(min_length=1)
    refusal_openings: tuple[str, ...]


@cache
def settings() -> Settings:
    """Read `judge.yaml`."""
    return read_yaml(SETTINGS, Settings)


_IN_WORDS: set[str] = set()
"""Judges that gave a verdict once no schema was sent: asking them with one again buys an error."""


def graders() -> list[Model]:
    """The panel bound to the role `grader`: one model, or several.

    Never falls back to the model under test: an unbound role is an error here and is checked
    before the first paid call (`unmask.evals.chat`).
    """
    bound = model_roles().get(ROLE)
    if isinstance(bound, list):
        return bound
    return [bound or get_model(role=ROLE, required=True)]


def judge_id(model: Model) -> str:
    """Name a judge so that two that could answer differently never share a name.

    `provider/model#digest`, the digest over its arguments, sampling and base URL.
    """
    config = model.config.model_dump(exclude_none=True, exclude=_TRANSPORT)
    identity = json.dumps([model.model_args, config, model.api.base_url], default=str)
    return f"{ModelName(model)}#{hashlib.sha256(identity.encode()).hexdigest()[:8]}"


async def read(
    name: ReadingName,
    rubric: Rubric,
    lines: Sequence[Line],
    *,
    reads: str,
    previous: Sequence[dict[str, Any]] = (),
) -> Decision:
    """Have the panel make one reading of a transcript.

    Args:
        name: Which reading of the rubric.
        rubric: What is asked.
        lines: The transcript as far as this reading may see it.
        reads: Digest of rubric, template and patterns; part of the evidence and of the cache key.
        previous: Evidence of earlier readings of this sample. A valid one by the same judge under
            the same digest is reused and costs nothing; void ones keep their leanings.

    Returns:
        What the panel says. No judge is asked about an oversized transcript: it is missing.
    """
    if oversized(lines):
        return majority([Vote(judge_id(each), None, "oversized", (), 0) for each in graders()])
    votes = [
        await _vote(model, name, rubric, lines, reads=reads, previous=previous)
        for model in graders()
    ]
    return majority(votes)


async def _vote(
    model: Model,
    name: ReadingName,
    rubric: Rubric,
    lines: Sequence[Line],
    *,
    reads: str,
    previous: Sequence[dict[str, Any]],
) -> Vote:
    judge = judge_id(model)
    mine = [e for e in previous if (e["reading"], e["judge"], e["reads"]) == (name, judge, reads)]
    done = next((e for e in mine if e["failure"] is None), None)
    if done is not None:
        return Vote(judge, revive(done, rubric, name), None, tuple(mine), 0)
    leanings: list[str] = [e["means"] for e in mine if e["means"] is not None]
    if len(set(leanings)) > 1:
        return Vote(judge, None, "grader_unstable", tuple(mine), 0)
    evidence = list(mine)
    structured, in_words = judge not in _IN_WORDS, False
    missing: Missing = "grader_invalid"
    for attempt in range(len(mine), len(mine) + settings().attempts):
        try:
            result = await _attempt(model, name, rubric, lines, attempt, reads, structured)
        except NotSent:
            # Not asked, so no attempt: a later run asks as if this one had never come so far.
            return Vote(judge, None, "not_run", tuple(evidence), len(evidence) - len(mine))
        structured = structured and not (
            isinstance(result, Void) and result.reason == "grader_error"
        )
        failure = settle(result, leanings)
        evidence.append(store(result, failure, name, judge, attempt, reads))
        if refuses_schema(result):
            in_words = True
        if failure is None and isinstance(result, Verdict):
            if in_words:
                _IN_WORDS.add(judge)
            return Vote(judge, result, None, tuple(evidence), len(evidence) - len(mine))
        missing = failure or missing
        if missing == "grader_unstable":
            break
        if isinstance(result, Void) and result.leaning:
            leanings.append(result.leaning.group)
    return Vote(judge, None, missing, tuple(evidence), len(evidence) - len(mine))


async def _attempt(
    model: Model,
    name: ReadingName,
    rubric: Rubric,
    lines: Sequence[Line],
    attempt: int,
    reads: str,
    structured: bool,
) -> Verdict | Void:
    record = render_record(lines)
    nonce = nonce_for(record, name, reads, str(attempt))
    prompt = render_prompt(name, rubric, record, nonce)
    temperatures = settings().temperatures
    temperature = temperatures[min(attempt, len(temperatures) - 1)]
    config = GenerateConfig(
        temperature=temperature if model.config.temperature is None or attempt else None,
        response_schema=_schema(name, rubric, nonce) if structured else None,
    )
    try:
        output = await model.generate(
            [ChatMessageUser(content=prompt)],
            config=config,
            # The judge's identity is in the scope: Inspect's cache key knows neither a model's
            # arguments nor which attempt this is, and malformed replies are cached too.
            cache=CachePolicy(
                expiry=None,
                per_epoch=False,
                scopes={"judge": judge_id(model), "attempt": str(attempt)},
            ),
        )
    except (LimitExceededError, NotSent):
        raise
    except Exception as error:
        # Whatever a provider raises, the sample was paid for: the reading is missing and is
        # made again later; the generation is kept.
        # Inspect wraps a provider's error in one whose text begins with the whole request.
        cause = error.__cause__ or error
        reason: Missing = "grader_other_model" if isinstance(cause, OtherModel) else "grader_error"
        return Void(reason, f"{type(cause).__name__}: {str(cause)[:300]}")
    if output.error:
        return Void("grader_error", output.error[:300])
    return parse_reply(
        output.completion,
        output.stop_reason,
        reading=rubric.readings[name],
        nonce=nonce,
        lines=lines,
        goals=rubric.goals,
        refusal_openings=settings().refusal_openings,
    )


def render_prompt(name: ReadingName, rubric: Rubric, record: str, nonce: str) -> str:
    """Render the judge's prompt. The record enters as a value, never as template text."""
    reading = rubric.readings[name]
    return _template().render(
        name=name,
        about=rubric.about,
        reading=reading,
        aware=rubric.aware,
        brief=rubric.brief,
        goals=rubric.goals,
        record=record,
        nonce=nonce,
        quoteless=[choice.name for choice in reading.choices if choice.means in QUOTELESS],
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # plain text for a model; the record is escaped where it is rendered
    )
    return environment.get_template(TEMPLATE.name)


def _schema(name: ReadingName, rubric: Rubric, nonce: str) -> ResponseSchema:
    reading = rubric.readings[name]
    text = JSONSchema(type="string")
    properties = {
        "nonce": JSONSchema(type="string", enum=[nonce]),
        "why": text,
        "quote": text,
        "choice": JSONSchema(type="string", enum=[choice.name for choice in reading.choices]),
        **{scale.name: JSONSchema(type="integer") for scale in reading.scales},
        **({"goals": _list_of([goal.name for goal in rubric.goals])} if rubric.goals else {}),
        "aware_quote": text,
        "aware": JSONSchema(type="string", enum=[choice.name for choice in rubric.aware.choices]),
    }
    schema = JSONSchema(
        type="object",
        properties=properties,
        required=list(properties),
        additionalProperties=False,
    )
    return ResponseSchema(name=f"{name}_reading", json_schema=schema, strict=True)


def _list_of(names: list[str]) -> JSONSchema:
    return JSONSchema(type="array", items=JSONSchema(type="string", enum=names))


_TRANSPORT = {"max_connections", "max_retries", "timeout", "attempt_timeout"}
"""Settings that change how a call travels, not what it answers."""
