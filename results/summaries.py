"""Sample summaries of one log, read as Inspect reads them, without what no row of a table needs.

Inspect thins every summary again as it reads it, three quarters of the time that a large log takes,
though its writer has thinned them already; here a finished log is read without that. All else, from
the types to what Inspect mends in old logs, is Inspect's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self
from zipfile import BadZipFile, ZipFile  # reads zstd too once Inspect is imported

from inspect_ai.log import EvalSampleSummary, read_eval_log_sample_summaries
from pydantic import TypeAdapter, ValidationError, model_validator

SUMMARIES = "summaries.json"
"""Where a finished `.eval` log holds them; one that is still written has none."""

UNUSED = "evidence"
"""What a reading rests on: most of a summary's bytes. The module `evidence` reads it in whole."""


def read_summaries(file: Path) -> list[EvalSampleSummary]:
    """Read the summaries of one log, without input, answers and evidence.

    Raises:
        Exception: Whatever Inspect's reader raises where the file is no log.
    """
    found = _finished(file)
    if found is None:
        found = read_eval_log_sample_summaries(str(file))
    return [_lean(summary) for summary in found]


class _Thinned(EvalSampleSummary):
    """A summary as it was written: thinned before."""

    input: Any = ""

    @model_validator(mode="after")
    def thin_data(self) -> Self:
        """Leave everything as it is; the name is that of what it replaces."""
        return self


_MANY = TypeAdapter(list[_Thinned])


def _finished(file: Path) -> list[EvalSampleSummary] | None:
    """Read a finished log; None where Inspect's reader has to say what the file is."""
    if file.suffix != ".eval":
        return None
    try:
        with ZipFile(file) as archive:
            held = _MANY.validate_json(archive.read(SUMMARIES))
    except (OSError, BadZipFile, KeyError, NotImplementedError, ValidationError):
        return None
    return _last(held)


def _last(held: Iterable[_Thinned]) -> list[EvalSampleSummary]:
    """Keep the last of a sample that was run anew, as Inspect does."""
    return list({(str(each.id), each.epoch): each for each in held}.values())


def _lean(summary: EvalSampleSummary) -> EvalSampleSummary:
    summary.input, summary.role_usage = "", {}
    for score in (summary.scores or {}).values():
        score.answer, score.explanation, score.history = None, None, []
        if score.metadata:
            score.metadata.pop(UNUSED, None)
    return summary
