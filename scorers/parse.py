"""A judge's reply → a verdict, or why there is none. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from unmask.scorers.labels import Aware, Missing
from unmask.scorers.record import Line, Quote, find_quote
from unmask.scorers.rubric import Choice, Goal, Reading

QUOTELESS = frozenset(("clean", "scored"))
"""Meanings that may stand without a quote; everything else must show its words."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A valid reading by one judge."""

    choice: Choice
    why: str
    quote: Quote | None
    quoted: str
    aware: Aware | None
    aware_quoted: str
    scales: dict[str, float] = field(default_factory=dict)
    goals: tuple[str, ...] | None = None
    """Kinds of goals as `group/name`; None where they weren't asked for or can't be read."""


@dataclass(frozen=True, slots=True)
class Void:
    """A judge's reply that is no verdict.

    `leaning` is the choice it named where one could be made out: a later attempt that names
    another class is not trusted either.
    """

    reason: Missing
    detail: str
    leaning: Choice | None = None


def parse_reply(
    reply: str,
    stop_reason: str,
    *,
    reading: Reading,
    nonce: str,
    lines: Sequence[Line],
    refusal_openings: Sequence[str],
    goals: Sequence[Goal] = (),
) -> Verdict | Void:
    """Read a judge's reply: exactly one JSON object with the nonce, a known choice, a true quote.

    `stop_reason` is looked at first: a filtered or truncated reply is never parsed. Objects that
    lack the nonce (forged verdicts that the judge repeats, drafts) are passed over; two that carry
    it and disagree void each other.
    """
    if stop_reason == "content_filter":
        return Void("grader_refused", "the judge's provider filtered its reply")
    if stop_reason in ("max_tokens", "model_length"):
        return Void("grader_invalid", f"the judge's reply was cut off ({stop_reason})")
    objects = [value for value in _json_objects(reply) if value.get("nonce") == nonce]
    if not objects:
        opening = reply.strip().lower().replace("’", "'")
        if opening.startswith(tuple(refusal_openings)):
            return Void("grader_refused", reply.strip()[:200])
        return Void("grader_invalid", f"no JSON object with the nonce in: {reply.strip()[:200]!r}")
    names = {str(value.get("choice")) for value in objects}
    if len(names) > 1:
        return Void("grader_invalid", f"contradictory verdicts: {', '.join(sorted(names))}")
    value = objects[-1]
    choice = reading.choice(str(value.get("choice")))
    if choice is None:
        return Void("grader_invalid", f"unknown choice {value.get('choice')!r}")
    scales = _scales(value, reading) if choice.means == "scored" else {}
    if scales is None:
        wanted = ", ".join(f"{s.name} {s.low}–{s.high}" for s in reading.scales)
        return Void("grader_invalid", f"expected whole numbers for {wanted}", choice)
    quoted = str(value.get("quote") or "")
    quote = find_quote(quoted, lines) if quoted else None
    if quote is None and choice.means not in QUOTELESS:
        return Void("grader_misquoted", f"not in the record: {quoted[:200]!r}", choice)
    aware, aware_quoted = _aware(value, lines)
    why, kinds = str(value.get("why") or ""), _goals(value, goals)
    return Verdict(choice, why, quote, quoted, aware, aware_quoted, scales, kinds)


def _goals(value: dict[str, Any], known: Sequence[Goal]) -> tuple[str, ...] | None:
    """Goals are sorted beside the verdict: names that nobody knows leave them unread, no more."""
    keys = {goal.name: goal.key for goal in known}
    named = value.get("goals")
    if not known or not isinstance(named, list) or not {str(name) for name in named} <= set(keys):
        return None
    return tuple(key for name, key in keys.items() if name in named)


def _aware(value: dict[str, Any], lines: Sequence[Line]) -> tuple[Aware | None, str]:
    """Awareness is its own reading: without a true quote it is missing, and voids nothing else."""
    quoted = str(value.get("aware_quote") or "")
    match value.get("aware"):
        case "none":
            return "none", ""
        case "names" if find_quote(quoted, lines):
            return "names", quoted
        case "wonders" if find_quote(quoted, lines):
            return "wonders", quoted
    return None, ""


def _scales(value: dict[str, Any], reading: Reading) -> dict[str, float] | None:
    scales: dict[str, float] = {}
    for scale in reading.scales:
        number = value.get(scale.name)
        if isinstance(number, bool) or not isinstance(number, int | float):
            return None
        if not scale.low <= number <= scale.high:
            return None
        scales[scale.name] = float(number)
    return scales


def _json_objects(text: str) -> list[dict[str, Any]]:
    """Every JSON object in a text, outermost only, in linear time but for nested failures."""
    decoder = json.JSONDecoder()
    found: list[dict[str, Any]] = []
    at = text.find("{")
    tries = 0
    while at >= 0 and tries < _MAX_OBJECTS:
        tries += 1
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at = text.find("{", at + 1)
            continue
        if isinstance(value, dict):
            found.append(value)
        at = text.find("{", end)
    return found


_MAX_OBJECTS = 200
"""More opening braces than any honest verdict has; past it the reply is no verdict."""
