"""The table → cells: rows that may be pooled into one rate. What differs in any part never is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from unmask.results.measures import MEASURES, RECORDED, Measure, foreign_measure
from unmask.results.table import FOREIGN

CELL = [
    *("checkpoint", "run", "step", "config", "eval", "version", "family", "style"),
    *("form", "arm", "thinking", "role"),
]
"""What a rate is of: rows that differ in any of these are never pooled."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cell:
    """One checkpoint's samples of one eval, arm, thinking mode and role, as read by one judge."""

    checkpoint: str
    run: str | None
    step: int | None
    config: str
    eval: str
    version: str
    family: str
    style: str
    form: str | None
    """How a twin is put; null where the eval has one form only."""
    arm: str
    thinking: str
    role: str
    judge: str
    reads: str
    measures: tuple[Measure, ...]
    """What can be measured here."""
    rows: pd.DataFrame

    def measure(self, name: str) -> Measure | None:
        """Find one of the cell's measures by name."""
        return next((each for each in self.measures if each.name == name), None)


def cells(table: pd.DataFrame) -> list[Cell]:
    """Split a checked table into its cells, sorted; a sample read by two judges is in two."""
    held = _recorded(table)
    return [
        Cell(
            **_names(key),
            judge=judge,
            reads=reads,
            measures=tuple(_measures(rows, held)),
            rows=rows,
        )
        for key, part in table.groupby(CELL, sort=True, dropna=False, observed=True)
        for (judge, reads), rows in _readings(part)
    ]


def _names(key: tuple[Any, ...]) -> dict[str, Any]:
    known = {name: None if pd.isna(value) else value for name, value in zip(CELL, key, strict=True)}
    return known | {"step": None if known["step"] is None else int(known["step"])}


def _recorded(table: pd.DataFrame) -> set[tuple[str, str]]:
    """Which evals record which optional columns, and which scores hold parts, in any checkpoint."""
    recorded = {
        (str(name), what)
        for what, rows in RECORDED.items()
        for name in table.loc[rows(table), "eval"].unique()
    }
    parts = table.loc[table["value"].notna() & ~table["value"].isin([0, 1]), "judge"].unique()
    return recorded | {(str(score), "value") for score in parts}


def _readings(cell: pd.DataFrame) -> Iterator[tuple[tuple[str, str], pd.DataFrame]]:
    """Split a cell by judge; samples that a judge did not read are gaps of its reading."""
    unread = cell["judge"].eq("") & cell["reads"].eq("")
    keys = cell.loc[~unread, ["judge", "reads"]].drop_duplicates().sort_values(["judge", "reads"])
    if keys.empty:
        yield ("", ""), cell
    for judge, reads in keys.itertuples(index=False):
        mine = cell["judge"].eq(judge) & cell["reads"].eq(reads)
        rows = cell[mine | unread]
        others = cell[~mine & ~cell["sample_uuid"].isin(rows["sample_uuid"])]
        gaps = others.drop_duplicates("sample_uuid").assign(**_UNREAD)
        gaps["missing"] = pd.Series("not_run", index=gaps.index, dtype="category")
        yield (str(judge), str(reads)), pd.concat([rows, gaps]) if len(gaps) else rows


_UNREAD: dict[str, Any] = {
    **dict.fromkeys(("label", "conduct", "first", "reasoning", "aware", "kind"), None),
    **dict.fromkeys(("lied", "faking", "strong", "injection", "goals", "thought_goals"), pd.NA),
    **dict.fromkeys(("effect", "value"), np.nan),
}


def _measures(rows: pd.DataFrame, recorded: set[tuple[str, str]]) -> list[Measure]:
    first = rows.iloc[0]
    if first["family"] == FOREIGN:
        score = str(first["judge"])
        return [foreign_measure(score, "mean" if (score, "value") in recorded else "rate")]
    return [
        each
        for each in MEASURES.values()
        if each.optional is None or (str(first["eval"]), each.optional) in recorded
    ]
