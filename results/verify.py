"""Whether what was published still follows from the logs: comparisons of then and now. Pure."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import pandas as pd

from unmask.errors import BadInput
from unmask.results.parquet import from_parquet
from unmask.results.table import FOREIGN, SCHEMA
from unmask.scorers.labels import MISSING, decide

SHOWN = 80
"""Characters of a differing value that are shown."""


def first_difference(name: str, then: bytes, now: bytes) -> str | None:
    """Say where a published file first differs from the one made anew; None if nowhere.

    Args:
        name: The file's name; its ending says how it is compared: numbers of JSON by their path,
            a table by row and column, other text by line.
        then: The published file.
        now: What the logs give.
    """
    if then == now:
        return None
    ending = name.rpartition(".")[2]
    if ending == "parquet":
        return _in_table(name, then, now)
    try:
        said, told = then.decode(), now.decode()
    except UnicodeDecodeError:
        return f"{name}: is no text any more"
    if ending == "json":
        return _in_json(name, said, told)
    if ending == "csv":
        return _in_csv(name, said, told)
    return _in_lines(name, said, told)


def odd_labels(table: pd.DataFrame) -> list[str]:
    """Name samples whose label is not what the readings beside it add up to (DESIGN §4).

    Judges' scores of other people's evals are no labels and are not looked at.
    """
    own = table[table["family"].ne(FOREIGN) & table["label"].notna()]
    columns = ["conduct", "reasoning", "visibility", "label", "checkpoint", "eval", "sample_uuid"]
    odd = []
    for values in own[columns].astype(object).where(own[columns].notna(), None).to_numpy():
        row: dict[str, Any] = dict(zip(columns, values, strict=True))
        due = _due(row)
        if due is not None and due != row["label"]:
            odd.append(
                f"{row['checkpoint']}, {row['eval']}, sample {row['sample_uuid']}: labelled "
                f"{row['label']}, and its readings ({row['conduct']}, {row['reasoning']}, "
                f"{row['visibility']}) make {due}"
            )
    return odd


def _due(row: dict[str, Any]) -> str | None:
    """Return the label of a row's readings, or None where the row doesn't hold them all."""
    conduct, reasoning, visibility = row["conduct"], row["reasoning"], row["visibility"]
    if conduct is None or conduct in MISSING or visibility == "unknown":
        return None
    if reasoning is None and conduct != "misaligned" and visibility in ("full", "summary"):
        return "no label, for its reasoning is unread"
    return decide(conduct, reasoning, visibility).label


def _in_json(name: str, then: str, now: str) -> str | None:
    try:
        said, told = json.loads(then), json.loads(now)
    except ValueError:
        return f"{name}: is no JSON any more"
    found = next(_unequal("", said, told), None)
    # Equal values in other words (spaces, say) are the same numbers.
    return None if found is None else f"{name}: {found}"


def _unequal(path: str, then: Any, now: Any) -> Iterator[str]:
    if isinstance(then, dict) and isinstance(now, dict):
        for key in [*now, *(key for key in then if key not in now)]:
            where = f"{path}.{key}" if path else str(key)
            if key not in then or key not in now:
                yield f"{where} stands {'only' if key in then else 'no longer'} in the file"
            else:
                yield from _unequal(where, then[key], now[key])
    elif isinstance(then, list) and isinstance(now, list):
        for number, (before, after) in enumerate(zip(then, now, strict=False)):
            yield from _unequal(f"{path}[{number}]{_named(after)}", before, after)
        if len(then) != len(now):
            yield f"{path} has {len(then)} entries, and the logs give {len(now)}"
    elif type(then) is not type(now) or then != now:
        old, new = _cut(json.dumps(then)), _cut(json.dumps(now))
        yield f"{path} is {old}, and the logs give {new}"


def _named(value: Any) -> str:
    """Name an entry of a list by what a reader knows it by."""
    keys = ("checkpoint", "eval", "measure")
    known = [str(value[key]) for key in keys if key in value] if isinstance(value, dict) else []
    return f" ({', '.join(known)})" if known else ""


def _in_csv(name: str, then: str, now: str) -> str | None:
    said, told = (list(csv.reader(io.StringIO(text, newline=""))) for text in (then, now))
    for number, (before, after) in enumerate(zip_longest(said, told)):
        if before is None or after is None:
            return f"{name}: {len(said) - 1} rows, and the logs give {len(told) - 1}"
        if before != after:
            pairs = zip_longest(told[0], before, after, fillvalue="")
            column, old, new = next(each for each in pairs if each[1] != each[2])
            return (
                f"{name}: row {number}, {column} is {_short(old)}, and the logs give {_short(new)}"
            )
    return None


def _in_table(name: str, then: bytes, now: bytes) -> str | None:
    try:
        said, _ = from_parquet(then)
    except (BadInput, ValueError, OSError, LookupError):
        return f"{name}: can't be read as a table any more"
    told, _ = from_parquet(now)
    if len(said) != len(told):
        return f"{name}: {len(said)} rows, and the logs give {len(told)}"
    for column in SCHEMA:
        old, new = (table[column].astype(object) for table in (said, told))
        unequal = ~((old == new).fillna(False) | (old.isna() & new.isna()))
        if unequal.any():
            row = int(unequal.to_numpy().argmax())
            what = f"{_short(str(old[row]))}, and the logs give {_short(str(new[row]))}"
            return f"{name}: row {row + 1}, {column} is {what}"
    return None  # the same table, written by another version of the library


def _in_lines(name: str, then: str, now: str) -> str | None:
    for number, (before, after) in enumerate(
        zip_longest(then.splitlines(), now.splitlines()), start=1
    ):
        if before != after:
            old, new = _around(before or "", after or "")
            return f"{name}: line {number} has {old}, and the logs give {new}"
    return None


def _around(then: str, now: str) -> tuple[str, str]:
    """Cut two lines down to where they part: lines of a report may be very long."""
    pairs = enumerate(zip_longest(then, now))
    at = max(0, next((n for n, (a, b) in pairs if a != b), 0) - 20)
    return _short(then[at:]), _short(now[at:])


def _short(text: str) -> str:
    return repr(_cut(text))


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
