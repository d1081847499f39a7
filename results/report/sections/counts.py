"""Counts of samples by checkpoint and eval, as several sections show them."""

from __future__ import annotations

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
    sizes = table.groupby(places, observed=True).size().to_dict()
    counted = (
        table.loc[words.index, places].assign(word=words).groupby([*places, "word"], observed=True)
    )
    found = {key: int(count) for key, count in counted.size().items()}
    totals = words.astype(str).value_counts().to_dict()
    columns = tuple(str(word) for word in sorted(totals, key=lambda word: (-totals[word], word)))
    ordered = table[["run", "step", *places]].drop_duplicates()
    ordered = ordered.sort_values(["eval", "run", "step", "checkpoint"], na_position="first")
    lines = [
        Line(place, int(sizes[place]), tuple(found.get((*place, word), 0) for word in columns))
        for place in dict.fromkeys(ordered[places].itertuples(index=False, name=None))
    ]
    return Counts(tuple(places), columns, tuple(line for line in lines if any(line.counts)))
