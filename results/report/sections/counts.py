"""Counts of samples by checkpoint and eval, as several sections show them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pandas as pd

PLACE = ["eval", "checkpoint", "arm", "thinking"]
"""What a line of counts is of."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: where, of how many samples, and a count per column."""

    place: tuple[str, ...]
    samples: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """A table of counts."""

    places: tuple[str, ...]
    """Names of the parts of a line's place; those that never differ are left out."""
    columns: tuple[str, ...]
    lines: tuple[Line, ...]


def cross(table: pd.DataFrame, words: pd.Series) -> Counts:
    """Count words per place, the commonest column first; places without any are left out.

    Args:
        table: All rows.
        words: A column of some of these rows, with their index.
    """
    places = PLACE[:2] + [name for name in PLACE[2:] if table[name].nunique() > 1]
    ordered = table.sort_values(["eval", "run", "step", "checkpoint"], na_position="first")
    sizes = Counter(_places(ordered, places))
    found = Counter(zip(_places(table.loc[words.index], places), words.astype(str), strict=True))
    totals = Counter(words.astype(str))
    columns = tuple(sorted(totals, key=lambda word: (-totals[word], word)))
    lines = [
        Line(place, size, tuple(found[place, word] for word in columns))
        for place, size in sizes.items()
    ]
    return Counts(tuple(places), columns, tuple(line for line in lines if any(line.counts)))


def _places(rows: pd.DataFrame, places: list[str]) -> list[tuple[str, ...]]:
    return list(zip(*(rows[name].astype(str) for name in places), strict=True))
