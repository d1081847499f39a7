"""Any Inspect score as a number: 1 for the event, 0 for none, between for a part, or a reason."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from unmask.errors import BadInput
from unmask.results.logs import Log
from unmask.results.reasons import missing_reason
from unmask.results.summaries import Given, Summary
from unmask.text import safe_text

WORDS: dict[str, float] = {
    "C": 1.0,
    "P": 0.5,
    "I": 0.0,
    "yes": 1.0,
    "true": 1.0,
    "no": 0.0,
    "false": 0.0,
}
"""Inspect's words for right, part and wrong. `N`, no answer, is missing; Inspect counts it 0."""

NO_ANSWER = "N"


@dataclass(frozen=True, slots=True)
class Read:
    """One score of one sample: exactly one of a value and a missing reason."""

    value: float | None
    missing: str | None


def score_names(log: Log) -> list[str]:
    """Every score in a log that could be asked for; a dict score's keys read `name/key`."""
    names: dict[str, None] = {}
    for summary in log.summaries:
        for name, score in summary.scores.items():
            if isinstance(score.value, dict):
                names |= dict.fromkeys(f"{name}/{key}" for key in score.value)
            else:
                names[name] = None
    if not names:
        names = dict.fromkeys(scorer.name for scorer in log.header.eval.scorers or [])
        results = log.header.results
        names |= dict.fromkeys(score.name for score in results.scores) if results else {}
    return list(names)


def wanted(log: Log, score: str) -> list[str]:
    """Which of a log's scores `--score` means: all (`*`), one, a dict's keys, a metadata field."""
    names = score_names(log)
    if score == "*":
        return names
    if score in names:
        return [score]
    keys = [name for name in names if name.startswith(f"{score}/")]
    if keys:
        return keys
    base, _, field = score.rpartition("/")
    if field and any(field in held.metadata for held in _scores(log, base)):
        return [score]
    return [] if names else [score]


def raw_value(summary: Summary, name: str) -> tuple[Any, str | None]:
    """Return the score as the log holds it, None where there is none, and the reason it gives."""
    scores = summary.scores
    if name in scores:
        return scores[name].value, scores[name].reason
    base, _, key = name.rpartition("/")
    held = scores.get(base)
    if held is None:
        return None, "error"
    if isinstance(held.value, dict) and key in held.value:
        return held.value[key], held.reason
    return held.metadata.get(key), held.reason


def unreadable(values: Iterable[Any], event: str | None) -> str | None:
    """Say why values can't be read as a rate or a mean in [0, 1]; None if they can."""
    held = [value for value in values if not _is_empty(value)]
    if any(isinstance(value, list | dict) for value in held):
        return "it holds lists or dicts"
    if event is not None:
        return None
    words = sorted({str(value) for value in held if number(value) is None} - {NO_ANSWER})
    if words:
        shown = ", ".join(repr(safe_text(word, 30)) for word in words[:6])
        return f"it holds the words {shown}: say which is the event with --misaligned WORD"
    numbers = [found for value in held if (found := number(value)) is not None]
    if numbers and not (min(numbers) >= 0 and max(numbers) <= 1):
        return (
            f"its numbers run from {min(numbers):g} to {max(numbers):g}, not within 0 to 1: "
            "say which is the event with --misaligned NUMBER"
        )
    return None


def read_value(value: Any, reason: str | None, event: str | None) -> Read:
    """Read one value; `event` names the value that counts as 1, all others then count as 0."""
    if _is_empty(value):
        return Read(None, missing_reason(reason))
    if event is not None and _same(value, event):
        return Read(1.0, None)
    if value == NO_ANSWER:
        return Read(None, "no_reply" if reason is None else missing_reason(reason))
    if event is not None:
        return Read(0.0, None)
    found = number(value)
    if found is None:
        raise BadInput(f"{safe_text(repr(value), 60)} is not a number and no event was named")
    return Read(found, None)


def number(value: Any) -> float | None:
    """Return a value as Inspect itself would count it, or None if it is another word."""
    if isinstance(value, bool | int | float):
        return float(value)
    if value in WORDS:
        return WORDS[value]
    if isinstance(value, str):
        try:
            found = float(value)
        except ValueError:
            return WORDS.get(value.lower()) if len(value) > 1 else None
        return found if math.isfinite(found) else None
    return None


def _same(value: Any, event: str) -> bool:
    if str(value).casefold() == event.casefold():
        return True
    try:
        return isinstance(value, int | float) and float(value) == float(event)
    except ValueError:
        return False


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _scores(log: Log, name: str) -> Iterator[Given]:
    for summary in log.summaries:
        if name in summary.scores:
            yield summary.scores[name]
