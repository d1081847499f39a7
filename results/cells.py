"""The table → cells: rows that may be pooled into one rate. What differs in any part never is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from unmask.results.columns import plain
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
            **place,
            judge=judge,
            reads=reads,
            measures=tuple(_measures(place["family"], place["eval"], judge, held)),
            rows=rows,
        )
        for key, part in _parts(table)
        for place in [_names(key)]
        for (judge, reads), rows in _readings(part)
    ]


def _parts(table: pd.DataFrame) -> Iterator[tuple[tuple[Any, ...], pd.DataFrame]]:
    """Group a table by cell: slices of one sorted copy, for a copy of each takes far longer."""
    if table.empty:
        return
    number = table.groupby(CELL, sort=True, dropna=False, observed=True).ngroup().to_numpy()
    order = np.argsort(number, kind="stable")
    held = table.take(order)
    starts = np.flatnonzero(np.diff(number[order], prepend=-1))
    keys = held[CELL].iloc[starts].itertuples(index=False, name=None)
    for key, start, stop in zip(keys, starts, [*starts[1:], len(held)], strict=True):
        yield key, held.iloc[start:stop]


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
    judge, reads = plain(cell["judge"]), plain(cell["reads"])
    named = sorted(set(zip(judge, reads, strict=True)) - {("", "")})
    if len(named) <= 1:
        yield named[0] if named else ("", ""), cell
        return
    unread = (judge == "") & (reads == "")
    samples, _ = pd.factorize(cell["sample_uuid"])
    for key in named:
        kept = unread | ((judge == key[0]) & (reads == key[1]))
        others = np.flatnonzero(~np.isin(samples, samples[kept]))
        if not len(others):
            yield key, cell[kept]
            continue
        once = np.sort(np.unique(samples[others], return_index=True)[1])
        gaps = cell.iloc[others[once]].assign(**_UNREAD)
        gaps["missing"] = pd.Series("not_run", index=gaps.index, dtype="category")
        yield key, pd.concat([cell[kept], gaps])


_UNREAD: dict[str, Any] = {
    **dict.fromkeys(("label", "conduct", "first", "reasoning", "aware", "kind"), None),
    **dict.fromkeys(
        ("lied", "faking", "strong", "injection", "goals", "thought_goals", "stages"), pd.NA
    ),
    **dict.fromkeys(("effect", "value"), np.nan),
}


def _measures(family: str, name: str, judge: str, recorded: set[tuple[str, str]]) -> list[Measure]:
    if family == FOREIGN:
        return [foreign_measure(judge, "mean" if (judge, "value") in recorded else "rate")]
    return [
        each
        for each in MEASURES.values()
        if each.optional is None or (name, each.optional) in recorded
    ]
