"""One attempt of a judge at a reading, as it is stored in the log. Pure."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from unmask.scorers.labels import Missing
from unmask.scorers.parse import Verdict, Void
from unmask.scorers.record import Quote
from unmask.scorers.rubric import ReadingName, Rubric

_BAD_REQUEST = re.compile(r"BadRequest|Unprocessable|INVALID_ARGUMENT|\b(?:400|422)\b")


def refuses_schema(result: Verdict | Void) -> bool:
    """Whether a provider turned the request itself down, as one without structured output does."""
    if not isinstance(result, Void) or result.reason != "grader_error":
        return False
    return _BAD_REQUEST.search(result.detail) is not None


def store(
    result: Verdict | Void,
    failure: Missing | None,
    name: ReadingName,
    judge: str,
    attempt: int,
    reads: str,
) -> dict[str, Any]:
    """Lay out one attempt as plain values, enough to make its verdict again."""
    base: dict[str, Any] = {
        "reading": name,
        "judge": judge,
        "reads": reads,
        "attempt": attempt,
        "failure": failure,
    }
    if isinstance(result, Void):
        leaning = result.leaning
        return base | {
            "choice": leaning.name if leaning else None,
            "means": leaning.group if leaning else None,
            "detail": result.detail,
        }
    return base | {
        "choice": result.choice.name,
        "means": result.choice.group,
        "why": result.why[:1000],
        "quote": result.quoted[:1000],
        "span": asdict(result.quote) if result.quote else None,
        "aware": result.aware,
        "aware_quote": result.aware_quoted[:500],
        "goals": None if result.goals is None else list(result.goals),
        "scales": result.scales,
    }


def revive(stored: dict[str, Any], rubric: Rubric, name: ReadingName) -> Verdict:
    """Make the verdict of a stored attempt that was valid under the same digest."""
    choice = rubric.readings[name].choice(stored["choice"])
    assert choice is not None  # the reads digest is equal, so the rubric is
    return Verdict(
        choice=choice,
        why=stored["why"],
        quote=Quote(**stored["span"]) if stored["span"] else None,
        quoted=stored["quote"],
        aware=stored["aware"],
        aware_quoted=stored["aware_quote"],
        goals=None if stored.get("goals") is None else tuple(stored["goals"]),
        scales=dict(stored["scales"]),
    )
