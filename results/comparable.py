"""Whether two cells of the table may stand side by side, and if not, why: by name and digest."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from unmask.results.cells import Cell
from unmask.results.columns import counted
from unmask.results.table import UNKNOWN

SHOWN = frozenset(("misaligned", "covert", "reasoning", "alignment_faking", "eval_aware"))
"""Measures that depend on how much of the reasoning is shown."""

OFFERED = "conduct"
"""What can be compared whatever is shown of reasoning."""

MOST_UNEQUAL = 0.1
"""Largest share of samples by which two cells may differ in what they show of reasoning."""


def why_not_comparable(a: Cell, b: Cell, measure: str) -> str | None:
    """Say why a measure of two cells must not be compared, or None if it may.

    Cells of different checkpoints or arms are comparable where all else that moves a rate is the
    same: eval and version number, thinking mode, role, sampling, judge, what the judge reads by
    and, for measures that need reasoning, how much of it is shown. Items are not looked at here:
    those that differ are left out, and counted, when differences are taken.
    """
    return (
        _differ("evals", a.eval, b.eval)
        or _differ("versions", _number(a.version), _number(b.version))
        or _differ("thinking modes", a.thinking, b.thinking)
        or _differ("roles", a.role, b.role)
        or why_not_pairable(a, b, measure)
    )


def why_not_pairable(a: Cell, b: Cell, measure: str) -> str | None:
    """As `why_not_comparable`, for cells that are meant to differ in what was asked.

    The forms of a twin are several evals, or one with other items; what they are read by and how
    they are sampled has to be the same all the same.
    """
    return (
        _differ("sampling settings", a.config, b.config)
        or (_readers(a, b) if a.judge and b.judge else None)
        or why_not_seen_alike(visibility_shares(a.rows), visibility_shares(b.rows), measure)
    )


def visibility_shares(rows: pd.DataFrame) -> dict[str, float]:
    """Shares of the samples that were read by what they show of reasoning; empty if unknown."""
    counts = counted(rows["visibility"])
    counts.pop(UNKNOWN, None)
    total = sum(counts.values())
    return {name: count / total for name, count in counts.items()}


def why_not_seen_alike(
    left: Mapping[str, float], right: Mapping[str, float], measure: str
) -> str | None:
    """Say that two sides show different amounts of reasoning, if the measure depends on that."""
    if measure not in SHOWN or not left or not right:
        return None
    names = sorted(left.keys() | right.keys())
    apart = sum(abs(left.get(name, 0) - right.get(name, 0)) for name in names) / 2
    if apart <= MOST_UNEQUAL:
        return None
    shown = " and ".join(
        ", ".join(f"{100 * side[name]:.0f} % {name}" for name in names if name in side)
        for side in (left, right)
    )
    return f"visibility of reasoning differs, so {measure} does: {shown}; compare {OFFERED}"


def _differ(what: str, a: str, b: str) -> str | None:
    return None if a == b else f"{what} differ: {a} and {b}"


def _number(version: str) -> str:
    """Return N of a version `N-L+asks`: where it is bumped, rates stopped being comparable."""
    found = re.match(r"(\d+)-", version)
    return found.group(1) if found else version


def _readers(a: Cell, b: Cell) -> str | None:
    return _differ("judges", a.judge, b.judge) or _differ(
        "rubrics or checks (reads)", f"{a.reads or 'none'}", f"{b.reads or 'none'}"
    )
