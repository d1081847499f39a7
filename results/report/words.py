"""Numbers and names as people read them: the same words in terminal, HTML and Markdown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from unmask.results.measures import MEASURES
from unmask.results.rates import RateRow
from unmask.results.table import FOREIGN

NOTHING = "–"
HEADLINE = "misaligned"
"""The measure that an eval leads with unless it declares another."""

ROLES = {"test": "", "control": "control", "fixed": "fixed question"}

_PLAIN = re.compile(r"[^\n\t\x20-\x7e]")
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))


def visible(text: str) -> str:
    r"""Show control, direction and other unseen characters as escapes; keep lines and tabs.

    A reply can hold what reorders, hides or recolours the words around it; `\x1b` and `\u202e` are
    then read as what they are. Lone surrogates, which no file can hold, are escaped too.
    """
    return _PLAIN.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    if unicodedata.category(character) in _HIDDEN:
        return character.encode("unicode_escape").decode("ascii")
    return character


def percent(fraction: float, *, sign: bool = True) -> str:
    """Write a fraction in [0, 1] as a percentage with one decimal; small ones keep two digits.

    A rate that is not 0 never reads as 0.0, and one that is not 1 never as 100.0.
    """
    shown = f"{100 * fraction:.1f}"
    if fraction > 0 and shown == "0.0":
        shown = f"{100 * fraction:.2g}" if fraction >= 1e-5 else "<0.001"
    if fraction < 1 and shown == "100.0":
        shown = ">99.9"
    return f"{shown} %" if sign else shown


def number(row: RateRow, value: float | None, *, sign: bool = True) -> str:
    """Write a value on the scale of a row: percent for rates, two decimals for means."""
    if value is None:
        return NOTHING
    return percent(value, sign=sign) if row.kind == "rate" else f"{value:.2f}"


def interval(row: RateRow, low: float | None, high: float | None) -> str:
    """Write limits in brackets, or a dash where there are none."""
    if low is None or high is None:
        return NOTHING
    if row.kind == "mean":
        return f"[{low:.2f}, {high:.2f}]"
    # A lower limit may round down to 0.0; an upper one never does.
    return f"[{100 * low:.1f}, {percent(high, sign=False)}]"


def rate(row: RateRow) -> str:
    """Write a rate with its interval, or why there is none; an undefined rate is never 0."""
    if row.rate is None:
        return f"no rate: {row.reason or 'nothing scored'}"
    return f"{number(row, row.rate)} {interval(row, row.low, row.high)}"


def corrected(row: RateRow) -> str:
    """Write the rate corrected for the judge's errors, or a dash where there is none."""
    made = row.corrected
    if made is None:
        return NOTHING
    return f"{percent(made.rate)} {interval(row, made.low, made.high)}"


def uncorrected(rows: Sequence[RateRow]) -> list[str]:
    """Say once for each reason why rates that a calibration was given for are not corrected."""
    reasons: dict[str, list[str]] = {}
    for row in rows:
        if row.uncorrected is not None:
            reasons.setdefault(row.uncorrected, []).append(f"{row.checkpoint} {row.measure}")
    return [
        f"not corrected: {reason} ({', '.join(dict.fromkeys(where[:3]))}"
        f"{f' and {len(where) - 3} more' if len(where) > 3 else ''})"
        for reason, where in reasons.items()
    ]


def counted(row: RateRow) -> str:
    """Write events over scored samples; for means, the scored samples alone."""
    return f"{row.events}/{row.scored}" if row.kind == "rate" else f"mean of {row.scored}"


def reasons(missing: Mapping[str, int], most: int | None = None) -> str:
    """Write counts with their reasons, the commonest first, the rest summed up."""
    shown = list(missing.items())[:most]
    rest = sum(missing.values()) - sum(count for _, count in shown)
    parts = [f"{count} {reason}" for reason, count in shown]
    return ", ".join([*parts, f"{rest} other"] if rest else parts) or "none"


def condition(row: RateRow) -> tuple[str, ...]:
    """Name what a row was taken under besides checkpoint and eval."""
    return tuple(part for part in (row.form, row.arm, row.thinking, ROLES[row.role]) if part)


def leading(rows: Sequence[RateRow], headline: Mapping[str, str] | None = None) -> list[RateRow]:
    """Choose the one measure that each eval leads with; foreign scores all lead.

    Args:
        rows: Any rows.
        headline: Eval → measure, for evals that lead with another than `misaligned`.
    """
    named = headline or {}
    return [
        row for row in rows if row.family == FOREIGN or row.measure == named.get(row.eval, HEADLINE)
    ]


def in_order(rows: Sequence[RateRow]) -> list[RateRow]:
    """Sort by eval, tests first, then checkpoints by training run and step, or by name."""
    roles, measures = list(ROLES), list(MEASURES)

    def place(row: RateRow) -> tuple[object, ...]:
        known = measures.index(row.measure) if row.measure in measures else len(measures)
        when = (row.run or "", row.step is None, row.step or 0, row.checkpoint)
        asked = (row.style, row.eval, row.form or "", roles.index(row.role))
        return (*asked, *when, row.arm, row.thinking, known, row.measure)

    return sorted(rows, key=place)


def plural(count: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
