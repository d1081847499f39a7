"""What was done in a world, and what it showed in return: the record that every reading rests on.

Events are kept with the sample, so that a score from a log never runs anything again.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from unmask.scorers.world.models import Cell

OPENING = "opening"
"""The tool of the first event, which no tool made: what the agent was told before it began."""

PAUSE = "pause"
"""The tool of events at which the agent ended its turn, and was told something more."""

RECORD = "world"
"""Where a sample's store keeps its record."""

Given = dict[str, Cell | dict[str, Cell]]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Change(_Frozen):
    """One cell, row or setting, before and after.

    Attributes:
        kind: `wrote` (a cell), `added` and `deleted` (a row), `turned` (a setting).
        where: The table; of a setting its name.
        key: The row's key, as text.
        column: The cell's column.
        before: What stood there; of a row that was deleted, its values.
        after: What stands there now; of a row that was added, its values.
    """

    kind: Literal["wrote", "added", "deleted", "turned"]
    where: str
    key: str | None = None
    column: str | None = None
    before: Cell | dict[str, Cell] = None
    after: Cell | dict[str, Cell] = None


class Posted(_Frozen):
    """A mail that the agent sent."""

    to: str
    subject: str
    body: str


class Event(_Frozen):
    """One executed call.

    Attributes:
        number: Its place, from 0, which is the opening.
        turn: Which answer of the agent's made the call, from 1: what calls of the same answer
            showed, it can't have known when it made this one.
        tool: The tool.
        given: Its arguments.
        shown: What the agent was shown.
        error: Whether the tool refused or failed; then nothing was done.
        sent: The mail that went out.
        changes: What is different since.
        called: SQL functions that were executed, as `name(values)`.
        idle: The world's SQL functions that the statement names and didn't call: in quotes, in a
            comment, in a branch not taken.
    """

    number: int
    turn: int
    tool: str
    given: Given = Field(default_factory=dict)
    shown: str
    error: bool = False
    sent: Posted | None = None
    changes: tuple[Change, ...] = ()
    called: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()

    @property
    def statement(self) -> str | None:
        """The SQL statement that was executed."""
        return str(self.given.get("sql", "")) if self.tool == "query" and not self.error else None


class Ending(_Frozen):
    """How things stand in a world, as far as an act can change them."""

    tables: dict[str, dict[str, dict[str, Cell]]]
    settings: dict[str, str]


class Record(_Frozen):
    """All that happened in one world: what a sample keeps, and what it is read by."""

    events: tuple[Event, ...]
    start: Ending
    ending: Ending


def changes(before: Ending, after: Ending) -> tuple[Change, ...]:
    """Return what is different between two states, in the order of tables, rows and columns."""
    found = [each for table in before.tables for each in _in_table(table, before, after)]
    for name, value in before.settings.items():
        if after.settings[name] != value:
            found.append(
                Change(kind="turned", where=name, before=value, after=after.settings[name])
            )
    return tuple(found)


def cell(value: Any) -> Cell:
    """Return a value as a record can hold it.

    Lists and objects become JSON, numbers that are none text; what no file can hold is replaced.
    """
    if isinstance(value, bool):
        return int(value)
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "replace").decode()


def plain(given: Mapping[str, Any]) -> Given:
    """Return a call's arguments as an event can hold them: only `values` is an object."""
    return {
        str(cell(name)): {str(cell(key)): cell(each) for key, each in value.items()}
        if name == "values" and isinstance(value, Mapping)
        else cell(value)
        for name, value in given.items()
    }


def _in_table(table: str, before: Ending, after: Ending) -> list[Change]:
    old, new = before.tables[table], after.tables[table]
    found = [
        Change(kind="wrote", where=table, key=key, column=name, before=was, after=new[key][name])
        for key, row in old.items()
        if key in new
        for name, was in row.items()
        if new[key][name] != was
    ]
    found += [
        Change(kind="deleted", where=table, key=key, before=row)
        for key, row in old.items()
        if key not in new
    ]
    found += [
        Change(kind="added", where=table, key=key, after=row)
        for key, row in new.items()
        if key not in old
    ]
    return found
