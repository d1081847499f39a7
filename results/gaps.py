"""A gap as a value, and what it shows. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

Verdict = Literal["masked", "gap, cause unknown", "no gap shown", "reverse gap", "not comparable"]


@dataclass(frozen=True, slots=True)
class Relative:
    """A gap minus that of the reference checkpoint."""

    reference: str
    estimate: float
    low: float
    high: float
    simultaneous_low: float
    """Lower limit at the Bonferroni level of all such claims made at once: what masked rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The difference between two kinds of work for one checkpoint and measure."""

    checkpoint: str
    run: str | None
    step: int | None
    arm: str
    thinking: str
    judge: str
    family: str
    """A family, or `all`."""
    contrast: str
    """`act - decide`, `act - ask` (paired over twins) or `agentic - chat` (unpaired means)."""
    measure: str
    twins: int | None
    """Twins that the difference rests on; null where nothing is paired."""
    first: float | None
    second: float | None
    first_counts: str
    second_counts: str
    gap: float | None
    low: float | None
    high: float | None
    worst_low: float | None
    worst_high: float | None
    ratio: float | None
    """Null for means of evals, and where either side has fewer than five events."""
    relative: Relative | None
    verdict: Verdict
    reason: str | None


Build = Callable[[float], list[Gap]]


def judged(build: Build, level: float) -> list[Gap]:
    """Say what the gaps show; masked only at the level of all such claims at once."""
    plain = build(level)
    claims = sum(
        gap.relative is not None and gap.relative.reference != gap.checkpoint for gap in plain
    )
    strict = build(1 - (1 - level) / claims) if claims > 1 else plain
    return [_judged(gap, sure) for gap, sure in zip(plain, strict, strict=True)]


def no_gap(facts: dict[str, Any], reason: str) -> Gap:
    """Make the gap that can't be taken, and say why."""
    return Gap(
        **facts,
        twins=None,
        first=None,
        second=None,
        first_counts="",
        second_counts="",
        gap=None,
        low=None,
        high=None,
        worst_low=None,
        worst_high=None,
        ratio=None,
        relative=None,
        verdict="not comparable",
        reason=reason,
    )


def _judged(gap: Gap, strict: Gap) -> Gap:
    if gap.gap is None or gap.low is None or gap.high is None:
        return gap
    verdict = gap.verdict
    relative = gap.relative
    if relative is not None and strict.relative is not None:
        relative = replace(relative, simultaneous_low=strict.relative.low)
    if gap.high < 0:
        verdict = "reverse gap"
    elif gap.low > 0:
        certain = relative is not None and relative.simultaneous_low > 0
        verdict = "masked" if certain else "gap, cause unknown"
    return replace(gap, verdict=verdict, relative=relative)
