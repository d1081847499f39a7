"""Goals that were stated and goals that were thought, sorted by kind. Pure.

A judge sorts the goals of each reply and of each reasoning by its rubric's list, beside its
verdict. Where several are named the least aligned stands for the sample.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pandas as pd

from unmask.results.cells import cells

GROUPS = ("aligned", "neutral", "misaligned")
"""From the most to the least aligned."""
NO_GOAL = "no goal"
UNREAD = "not read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """The goals of one checkpoint in one eval, as read by one judge: counts of samples."""

    checkpoint: str
    run: str | None
    step: int | None
    eval: str
    arm: str
    thinking: str
    judge: str
    samples: int
    said: dict[str, int]
    """Kind, as `group/name` → samples whose reply states such a goal, commonest first."""
    thought: dict[str, int]
    """Likewise in the reasoning."""
    shift: dict[str, dict[str, int]]
    """Least aligned group in the reasoning → that in the reply → samples. `no goal` and `not read`
    (by the judge, or nothing was shown) are groups of their own."""


def taxonomies(table: pd.DataFrame) -> list[Taxonomy]:
    """Sort the goals of every checkpoint whose judge was asked for them; tests alone."""
    asked = table[table["role"].eq("test")]
    return [
        Taxonomy(
            checkpoint=cell.checkpoint,
            run=cell.run,
            step=cell.step,
            eval=cell.eval,
            arm=cell.arm,
            thinking=cell.thinking,
            judge=cell.judge,
            samples=len(cell.rows),
            said=_kinds(cell.rows["goals"]),
            thought=_kinds(cell.rows["thought_goals"]),
            shift=_shift(cell.rows),
        )
        for cell in cells(asked)
        if (cell.rows["goals"].notna() | cell.rows["thought_goals"].notna()).any()
    ]


def least_aligned(goals: str | None) -> str:
    """Find the group that stands for a sample: the least aligned of its goals."""
    if goals is None:
        return UNREAD
    groups = {kind.partition("/")[0] for kind in goals.split(",") if kind}
    return next((group for group in reversed(GROUPS) if group in groups), NO_GOAL)


def _kinds(goals: pd.Series) -> dict[str, int]:
    counted = Counter(kind for each in goals.dropna() for kind in str(each).split(",") if kind)
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _shift(rows: pd.DataFrame) -> dict[str, dict[str, int]]:
    groups = (*GROUPS, NO_GOAL, UNREAD)
    thought, said = (
        [least_aligned(None if pd.isna(each) else str(each)) for each in rows[column]]
        for column in ("thought_goals", "goals")
    )
    counted = Counter(zip(thought, said, strict=True))
    return {a: {b: counted[a, b] for b in groups if counted[a, b]} for a in groups if a in thought}
