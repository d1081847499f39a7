"""The declared composite: the plain mean over each eval's headline measure. Pure.

It is one number for many questions, so it exists only where every part does, and says which parts
those are. A part that is missing is no 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from unmask.results.comparable import MOST_UNEQUAL, OFFERED, SHOWN
from unmask.results.rates import RateRow
from unmask.results.stats.intervals import Interval
from unmask.results.stats.linear import linear_ci
from unmask.results.table import FOREIGN, UNKNOWN

HEADLINE = "misaligned"
METHOD = "plain mean of independent rates, MOVER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """The mean of some evals' headline rates for one checkpoint, arm and thinking mode."""

    checkpoint: str
    run: str | None
    step: int | None
    config: str
    arm: str
    thinking: str
    judge: str
    simulated: bool
    style: str
    """`chat`, `agentic`, or `all`."""
    family: str
    """A family, or `all`."""
    measure: str
    """`headline`, or the one measure taken of all evals."""
    parts: dict[str, str]
    """Eval → its measure. The declaration."""
    rates: dict[str, float | None]
    visibility: dict[str, float]
    """Shares of what was shown of reasoning, over all parts."""
    rate: float | None
    low: float | None
    high: float | None
    worst_low: float | None
    worst_high: float | None
    events: int
    scored: int
    method: str
    reason: str | None
    """Why there is no composite."""


def composites(
    rows: Sequence[RateRow],
    headline: Mapping[str, str] | None = None,
    measure: str | None = None,
    *,
    by_family: bool = False,
) -> list[Composite]:
    """Take the unweighted mean of headline rates, over all evals and over each style.

    The parts are declared by the rows: every eval that any checkpoint was measured on in that arm
    and thinking mode. Limits are those of a mean of independent rates (Zou, Huang & Zhang 2009),
    from the limits of each eval.

    Args:
        rows: Rates, as `rates` gives them.
        headline: Eval → its measure, where that is not `misaligned`.
        measure: This measure for all evals, such as `conduct`.
        by_family: Also one for each family and style.
    """
    named = headline or {}
    used = sorted(
        (
            row
            for row in rows
            if row.role == "test"
            and row.family != FOREIGN
            and row.kind == "rate"
            and row.measure == (measure or named.get(row.eval, HEADLINE))
        ),
        key=_place,
    )
    found = []
    for condition in sorted({(row.arm, row.thinking) for row in used}):
        there = [row for row in used if (row.arm, row.thinking) == condition]
        for style, family in _groups(there, by_family):
            members = [row for row in there if _in(row, style, family)]
            parts = {row.eval: row.measure for row in sorted(members, key=lambda row: row.eval)}
            for _, mine in groupby(members, key=_place):
                group = (style, family, measure or "headline")
                found.append(_composite(list(mine), parts, group))
    return found


def _place(row: RateRow) -> tuple[Any, ...]:
    step = -1 if row.step is None else row.step
    return (row.run or "", step, row.checkpoint, row.config, row.arm, row.thinking, row.judge)


def _groups(rows: Sequence[RateRow], by_family: bool) -> list[tuple[str, str]]:
    styles = sorted({row.style for row in rows}, key=("chat", "agentic", UNKNOWN).index)
    families = sorted({row.family for row in rows}) if by_family else []
    wholes = [("all", "all"), *((style, "all") for style in styles)]
    return wholes + [
        (style, family)
        for family in families
        for style in styles
        if any(_in(row, style, family) for row in rows)
    ]


def _in(row: RateRow, style: str, family: str) -> bool:
    return style in ("all", row.style) and family in ("all", row.family)


def _composite(
    rows: list[RateRow], parts: Mapping[str, str], group: tuple[str, str, str]
) -> Composite:
    first = rows[0]
    by_eval: dict[str, list[RateRow]] = {}
    for row in rows:
        by_eval.setdefault(row.eval, []).append(row)
    reason = _why_none(by_eval, parts)
    rates = {name: mine[0].rate if len(mine) == 1 else None for name, mine in by_eval.items()}
    names = ("rate", "low", "high", "worst_low", "worst_high")
    numbers: dict[str, float | None] = dict.fromkeys(names)
    if reason is None:
        numbers = _mean(rows)
    return Composite(
        checkpoint=first.checkpoint,
        run=first.run,
        step=first.step,
        config=first.config,
        arm=first.arm,
        thinking=first.thinking,
        judge=first.judge,
        simulated=any(row.simulated for row in rows),
        style=group[0],
        family=group[1],
        measure=group[2],
        parts=dict(parts),
        rates={name: rates.get(name) for name in parts},
        visibility=_visibility(rows),
        **numbers,
        events=sum(row.events or 0 for row in rows),
        scored=sum(row.scored for row in rows),
        method=METHOD,
        reason=reason,
    )


def _why_none(by_eval: Mapping[str, list[RateRow]], parts: Mapping[str, str]) -> str | None:
    lacking = [name for name in parts if name not in by_eval]
    if lacking:
        return f"not measured: {', '.join(lacking)}"
    several = [name for name, rows in by_eval.items() if len(rows) > 1]
    if several:
        return f"measured more than once (forms, versions or rubrics): {', '.join(several)}"
    undefined = [name for name, (row, *_) in by_eval.items() if row.rate is None]
    if undefined:
        return f"no rate: {', '.join(undefined)}"
    dark = [name for name, (row, *_) in by_eval.items() if row.measure in SHOWN and _hidden(row)]
    if dark and len(dark) < len(by_eval):
        return f"reasoning is hidden in {', '.join(dark)} alone; {OFFERED} has a composite"
    return None


def _visibility(rows: Sequence[RateRow]) -> dict[str, float]:
    counted: Counter[str] = Counter()
    for row in rows:
        counted.update({name: n for name, n in row.visibility.items() if name != UNKNOWN})
    return {name: count / counted.total() for name, count in sorted(counted.items())}


def _hidden(row: RateRow) -> bool:
    return _visibility([row]).get("hidden", 0.0) > MOST_UNEQUAL


def _mean(rows: Sequence[RateRow]) -> dict[str, float | None]:
    rates, lows, highs, worst_lows, worst_highs = (
        [float(getattr(row, name)) for row in rows]
        for name in ("rate", "low", "high", "worst_low", "worst_high")
    )
    count = len(rows)
    limits = linear_ci(
        [1 / count] * count, rates, [Interval(*each) for each in zip(lows, highs, strict=True)]
    )
    return {
        "rate": sum(rates) / count,
        "low": max(0.0, limits.low),
        "high": min(1.0, limits.high),
        # What missing samples hide need not be independent between evals, so it adds up plainly.
        "worst_low": sum(worst_lows) / count,
        "worst_high": sum(worst_highs) / count,
    }
