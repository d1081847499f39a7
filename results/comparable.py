"""When rates may stand side by side: same judge, reads, sampling, visibility and items. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from unmask.results.cells import Cell
from unmask.results.table import UNKNOWN

REASONED = frozenset(("misaligned", "covert", "reasoning", "alignment_faking", "eval_aware"))
"""Measures that depend on how much of the reasoning was shown; all others are of what was done."""

TRACE = 0.05
"""Ways of showing reasoning that fewer of a cell's readings have than this share are stray."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """Scenarios of two cells, by whether they asked the same."""

    shared: tuple[str, ...]
    """Scenarios whose items are equal on both sides, sorted."""
    changed: tuple[str, ...]
    """Scenarios on both sides whose items differ: left out, and to be counted."""
    single: tuple[str, ...]
    """Scenarios on one side only."""

    @property
    def left_out(self) -> int:
        """How many scenarios a comparison of the shared ones does without."""
        return len(self.changed) + len(self.single)


def why_not_comparable(a: Cell, b: Cell, measure: str) -> str | None:
    """Say why two cells' rates may not stand side by side, naming both sides; None if they may.

    Items are paired by scenario (`pair_scenarios`); only where nothing pairs are they a reason.
    """
    for what, one, two in (
        ("version", a.version.split("+")[0], b.version.split("+")[0]),
        ("judge", a.judge, b.judge),
        ("reads", a.reads, b.reads),
        ("sampling", a.config, b.config),
    ):
        if one != two:
            return f"{what} differs: {one or 'none'} ({_name(a)}), {two or 'none'} ({_name(b)})"
    shown_a, shown_b = shown(a.rows), shown(b.rows)
    if measure in REASONED and shown_a != shown_b:
        return (
            f"reasoning is shown differently: {_words(shown_a)} ({_name(a)}), {_words(shown_b)} "
            f"({_name(b)}); compare 'conduct' instead of '{measure}'"
        )
    pairing = pair_scenarios(a.rows, b.rows)
    if not pairing.shared:
        return (
            f"no scenario asks the same of both: {len(pairing.changed)} differ in their items, "
            f"{len(pairing.single)} are of one side only ({a.version}, {b.version})"
        )
    return None


def pair_scenarios(a: pd.DataFrame, b: pd.DataFrame) -> Pairing:
    """Pair the scenarios of two cells' rows: those with the same set of item digests."""
    one, two = _items(a), _items(b)
    both = one.keys() & two.keys()
    return Pairing(
        shared=tuple(sorted(name for name in both if one[name] == two[name])),
        changed=tuple(sorted(name for name in both if one[name] != two[name])),
        single=tuple(sorted(one.keys() ^ two.keys())),
    )


def shown(rows: pd.DataFrame) -> frozenset[str]:
    """How reasoning is shown in a cell, from its readings; stray ways of it left out.

    Samples without reasoning say nothing beside samples with it, so `absent` counts only alone.
    """
    visibility = rows.loc[rows["visibility"].ne(UNKNOWN), "visibility"].astype(str)
    shares = visibility.value_counts(normalize=True)
    common = frozenset(str(name) for name, share in shares.items() if share >= TRACE)
    return common - {"absent"} or common


def _items(rows: pd.DataFrame) -> dict[str, frozenset[str]]:
    distinct = rows[["scenario", "item"]].drop_duplicates()
    found: dict[str, set[str]] = {}
    for scenario, item in distinct.itertuples(index=False):
        found.setdefault(str(scenario), set()).add(str(item))
    return {scenario: frozenset(items) for scenario, items in found.items()}


def _name(cell: Cell) -> str:
    return cell.checkpoint


def _words(ways: frozenset[str]) -> str:
    return " and ".join(sorted(ways)) or "not read"
