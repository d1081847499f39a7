"""Sample summaries of one log, read as Inspect reads them, kept as what rows of a table need.

Inspect thins every summary again as it reads it, three quarters of the time that a large log takes,
though its writer has thinned them already; here a finished log is read without that. All else, from
the types to what Inspect mends in old logs, is Inspect's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar
from zipfile import BadZipFile, ZipFile  # reads zstd too once Inspect is imported

from inspect_ai.log import EvalSampleSummary, read_eval_log_sample_summaries
from inspect_ai.model import ModelUsage
from inspect_ai.scorer import Score
from pydantic import TypeAdapter, ValidationError, model_validator

SUMMARIES = "summaries.json"
"""Where a finished `.eval` log holds them; one that is still written has none."""

EVIDENCE = "evidence"
"""What a reading rests on: most of a summary's bytes. The module `evidence` reads it in whole."""


@dataclass(frozen=True, slots=True)
class Given:
    """What one scorer gave a sample."""

    value: Any
    reason: str | None
    metadata: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tokens:
    """What one model took in, from a cache or not, and put out."""

    input: int
    output: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One sample as its log sums it up; a hundred thousand of them fit into memory."""

    id: int | str
    epoch: int
    uuid: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    scores: dict[str, Given] = field(default_factory=dict)
    tokens: dict[str, Tokens] = field(default_factory=dict)
    """By model."""
    seconds: float = 0.0
    when: str | None = None
    """When it ended, or else began: ISO 8601, UTC."""
    completed: bool = False
    limit: str | None = None
    error: str | None = None


def read_summaries(file: Path) -> list[Summary]:
    """Read the summaries of one log.

    Raises:
        Exception: Whatever Inspect's reader raises where the file is no log.
    """
    found = _finished(file)
    if found is None:
        found = read_eval_log_sample_summaries(str(file))
    return [_lean(summary) for summary in found]


@dataclass(frozen=True, slots=True)
class Name:
    """Who a sample is, by its log and by the table."""

    id: int | str
    epoch: int
    uuid: str


def read_names(file: Path) -> list[Name] | None:
    """Read who a finished log's samples are, in a sixth of the time that their summaries take.

    Returns:
        None where it takes the whole log to say: an unfinished one, JSON, or one without uuids.
    """
    held = _written(file)
    try:
        return None if held is None else _last(_NAMES.validate_json(held))
    except ValidationError:
        return None


class _Thinned(EvalSampleSummary):
    """A summary as it was written: thinned before."""

    input: Any = ""

    @model_validator(mode="after")
    def thin_data(self) -> Self:
        """Leave everything as it is; the name is that of what it replaces."""
        return self


Sample = TypeVar("Sample", Name, _Thinned)

_MANY = TypeAdapter(list[_Thinned])
_NAMES = TypeAdapter(list[Name])


def _finished(file: Path) -> Sequence[EvalSampleSummary] | None:
    """Read a finished log; None where Inspect's reader has to say what the file is."""
    held = _written(file)
    try:
        return None if held is None else _last(_MANY.validate_json(held))
    except ValidationError:
        return None


def _written(file: Path) -> bytes | None:
    """The summaries as a finished log holds them."""
    if file.suffix != ".eval":
        return None
    try:
        with ZipFile(file) as archive:
            return archive.read(SUMMARIES)
    except (OSError, BadZipFile, KeyError, NotImplementedError):
        return None


def _last(held: Iterable[Sample]) -> list[Sample]:
    """Keep the last of a sample that was run anew, as Inspect does."""
    return list({(str(each.id), each.epoch): each for each in held}.values())


def _lean(summary: EvalSampleSummary) -> Summary:
    return Summary(
        id=summary.id,
        epoch=summary.epoch,
        uuid=summary.uuid,
        metadata=summary.metadata,
        scores={name: _given(score) for name, score in (summary.scores or {}).items()},
        tokens={model: _tokens(usage) for model, usage in summary.model_usage.items()},
        seconds=summary.working_time or summary.total_time or 0.0,
        when=summary.completed_at or summary.started_at,
        completed=summary.completed,
        limit=summary.limit,
        error=summary.error,
    )


def _given(score: Score) -> Given:
    held = {name: each for name, each in (score.metadata or {}).items() if name != EVIDENCE}
    return Given(score.value, score.reason, held)


def _tokens(usage: ModelUsage) -> Tokens:
    cached = (usage.input_tokens_cache_read or 0) + (usage.input_tokens_cache_write or 0)
    return Tokens(usage.input_tokens + cached, usage.output_tokens)
