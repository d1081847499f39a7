"""Columns of words, read by their codes: on a few hundred rows pandas costs more than the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Mask = npt.NDArray[np.bool_]


def held(words: pd.Series) -> Mask:
    """Where a column holds a word."""
    codes, _ = _coded(words)
    return np.asarray(codes >= 0)


def among(words: pd.Series, *wanted: str) -> Mask:
    """Where a column holds one of some words; null is none of them."""
    codes, names = _coded(words)
    told = np.asarray([*(name in wanted for name in names), False], dtype=np.bool_)
    return np.asarray(told[codes])


def plain(words: pd.Series) -> npt.NDArray[np.object_]:
    """Return a column's words, None for null."""
    codes, names = _coded(words)
    told = np.asarray([*names, None], dtype=np.object_)
    return np.asarray(told[codes])


def counted(words: pd.Series) -> dict[str, int]:
    """How often a column holds each word; null is not counted."""
    codes, names = _coded(words)
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    return {str(name): int(count) for name, count in zip(names, counts, strict=True) if count}


def true(truths: pd.Series) -> Mask:
    """Where a column says yes; null does not."""
    return np.asarray(truths.to_numpy(dtype=np.bool_, na_value=False))


def place_codes(*tables: pd.DataFrame, on: Sequence[str]) -> list[npt.NDArray[np.int64]]:
    """Number the rows of tables by some columns: equal numbers for equal rows, null equal to null.

    Args:
        tables: Tables that have the columns.
        on: The columns, one at least.
    """
    sizes = np.cumsum([len(table) for table in tables])[:-1]
    codes: npt.NDArray[np.int64] = np.zeros(sum(len(table) for table in tables), dtype=np.int64)
    for name in on:
        values = np.concatenate([_objects(table[name]) for table in tables])
        found, names = pd.factorize(values, use_na_sentinel=True)
        codes, _ = pd.factorize(codes * (len(names) + 1) + found + 1)
    return np.split(codes, sizes)


def _objects(column: pd.Series) -> npt.NDArray[np.object_]:
    return column.to_numpy(dtype=np.object_)


def _coded(words: pd.Series) -> tuple[npt.NDArray[np.signedinteger[Any]], Sequence[Any]]:
    array = words.array
    found = array if isinstance(array, pd.Categorical) else pd.Categorical(array)
    return found.codes, list(found.categories)
