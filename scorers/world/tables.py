"""A world's records in SQLite, closed to everything but the world's own tables and functions."""

from __future__ import annotations

import math
import sqlite3
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from unmask.scorers.world.models import Cell, Table

SECONDS = 2.0
"""For one statement."""

LONGEST = 20_000
"""Bytes of one text, and of one statement."""

MOST_ROWS = 1_000
"""Of one table: enough for any work here, far from any harm."""

SHOWN_ROWS = 200
PAGES = 1_000
"""Of 4 KiB, for all tables together."""

Row = dict[str, Cell]

_CATALOGUE = ("sqlite_master", "sqlite_schema")
_CHECK_EVERY = 100
"""Steps of SQLite's machine between looks at the clock."""

_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE}
_ON_TABLES = {sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE}
_FUNCTIONS = """
abs avg ceil ceiling changes char coalesce concat concat_ws count cume_dist date datetime
dense_rank first_value floor format glob group_concat hex ifnull iif instr julianday lag
last_insert_rowid last_value lead length like lower ltrim max min mod nth_value ntile nullif
percent_rank power printf quote rank replace round row_number rtrim sign sqrt strftime string_agg
substr substring sum time total total_changes trim trunc typeof unicode unixepoch upper
"""
_BUILT_IN = frozenset(_FUNCTIONS.split())


class Refused(Exception):
    """A tool's refusal, in the words that the agent is shown."""


class _Deadline:
    """When a statement must have ended."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.until = math.inf

    def passed(self) -> bool:
        return self.clock() > self.until


class Tables:
    """The tables of one world, and what may be done with them.

    Args:
        tables: Their first rows.
        functions: SQL functions by name, with what a call returns.
        clock: Seconds, from any point in time; bounds a statement.
    """

    def __init__(
        self,
        tables: Mapping[str, Table],
        functions: Mapping[str, str],
        clock: Callable[[], float],
    ) -> None:
        self.about = tables
        self._functions = frozenset(functions)
        self._deadline = _Deadline(clock)
        self._called: list[str] = []
        self._db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        # Closed with its owner, on whichever thread that goes; what the database calls must not
        # know the owner, or neither would ever go.
        weakref.finalize(self, self._db.close)
        self._fill(tables)
        for name, returns in functions.items():
            self._db.create_function(name, -1, _function(name, returns, self._called))
        self._db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
        self._db.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 200)
        self._db.set_progress_handler(self._deadline.passed, _CHECK_EVERY)

    def rows(self, table: str) -> dict[str, Row]:
        """Return a table's rows by key, in order."""
        self._unguard()
        cursor = self._db.execute(f'SELECT * FROM "{table}" ORDER BY rowid')
        columns = [str(each[0]) for each in cursor.description]
        found = [dict(zip(columns, values, strict=True)) for values in cursor]
        return {str(row[self.about[table].key]): row for row in found}

    def all_rows(self) -> dict[str, dict[str, Row]]:
        """Return every table's rows."""
        return {name: self.rows(name) for name in self.about}

    def change(self, table: str, key: str, column: str, value: Cell) -> None:
        """Set one cell. Raises Refused."""
        about = self.about[table]
        self._write(
            f'UPDATE "{table}" SET "{column}" = ? WHERE CAST("{about.key}" AS TEXT) = ?',
            (value, key),
        )

    def add(self, table: str, values: Mapping[str, Cell]) -> None:
        """Add a row. Raises Refused."""
        columns = ", ".join(f'"{column}"' for column in values)
        marks = ", ".join("?" for _ in values)
        self._write(
            f'INSERT INTO "{table}" ({columns}) VALUES ({marks})',
            tuple(values.values()),
        )

    def delete(self, table: str, key: str) -> None:
        """Delete a row. Raises Refused."""
        about = self.about[table]
        self._write(f'DELETE FROM "{table}" WHERE CAST("{about.key}" AS TEXT) = ?', (key,))

    def query(self, sql: str) -> tuple[str, tuple[str, ...]]:
        """Run one statement of the agent's.

        Returns:
            What it gives, as text, and the functions that it called.

        Raises:
            Refused: It failed or is not allowed; nothing was changed.
        """
        self._called.clear()
        with self._transaction(guarded=True):
            cursor = self._db.execute(sql)
            columns = [str(each[0]) for each in cursor.description or ()]
            rows = cursor.fetchmany(SHOWN_ROWS + 1)
            # What a statement still has to give, it does only when asked for.
            for _ in cursor if columns else ():
                pass
            changed = cursor.rowcount
        if not columns:
            return f"OK, {max(changed, 0)} rows affected", tuple(self._called)
        lines = [" | ".join(columns), *(" | ".join(map(_cell, row)) for row in rows[:SHOWN_ROWS])]
        more = ["… (more rows are not shown)"] if len(rows) > SHOWN_ROWS else []
        count = [] if rows else ["(no rows)"]
        return "\n".join([*lines, *count, *more]), tuple(self._called)

    def _fill(self, tables: Mapping[str, Table]) -> None:
        self._db.execute(f"PRAGMA max_page_count = {PAGES}")
        for name, table in tables.items():
            columns = ", ".join(_column(table, column) for column in table.rows[0])
            self._db.execute(f'CREATE TABLE "{name}" ({columns})')
            marks = ", ".join("?" for _ in table.rows[0])
            self._db.executemany(
                f'INSERT INTO "{name}" VALUES ({marks})',
                [tuple(row.values()) for row in table.rows],
            )

    def _write(self, statement: str, values: tuple[Cell, ...]) -> None:
        with self._transaction(guarded=False):
            self._db.execute(statement, values)

    @contextmanager
    def _transaction(self, *, guarded: bool) -> Iterator[None]:
        self._unguard()
        self._db.execute("BEGIN")
        self._deadline.until = self._deadline.clock() + SECONDS
        self._db.set_authorizer(self._authorize if guarded else None)
        try:
            yield
            self._small_enough()
        except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError) as error:
            self._end("ROLLBACK")
            raise Refused(_words(error)) from None
        except BaseException:
            self._end("ROLLBACK")
            raise
        self._end("COMMIT")

    def _end(self, how: str) -> None:
        self._unguard()
        if self._db.in_transaction:
            self._db.execute(how)

    def _small_enough(self) -> None:
        self._unguard()
        for name in self.about:
            (count,) = self._db.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()
            if count > MOST_ROWS:
                raise sqlite3.OperationalError(f"table {name} is full ({MOST_ROWS} rows)")

    def _unguard(self) -> None:
        """Lift the guard, for statements of our own."""
        self._db.set_authorizer(None)
        self._deadline.until = math.inf

    def _authorize(
        self, action: int, first: str | None, second: str | None, base: str | None, by: str | None
    ) -> int:
        if action in _ALLOWED:
            return sqlite3.SQLITE_OK
        if action in _ON_TABLES and first in self.about:
            return sqlite3.SQLITE_OK
        # Without a column, rows are only counted, also of what the statement makes up itself.
        readable = first in self.about or first in _CATALOGUE or not second
        if action == sqlite3.SQLITE_READ and readable:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in (
            self._functions | _BUILT_IN
        ):
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY


def _function(name: str, returns: str, called: list[str]) -> Callable[..., str]:
    def call(*values: Cell) -> str:
        called.append(f"{name}({', '.join(str(value) for value in values)})"[:LONGEST])
        return returns

    return call


def _column(table: Table, column: str) -> str:
    """Declare a column so that text which is a number becomes one where numbers stand."""
    values = [row[column] for row in table.rows if row[column] is not None]
    if all(isinstance(value, str) for value in values):
        kind = "TEXT"
    elif all(isinstance(value, int) for value in values):
        kind = "INTEGER"
    else:
        kind = "NUMERIC" if all(isinstance(value, int | float) for value in values) else ""
    return f'"{column}" {kind}' + (" PRIMARY KEY NOT NULL" if column == table.key else "")


def _cell(value: object) -> str:
    return "NULL" if value is None else str(value)


def _words(error: Exception) -> str:
    if "interrupted" in str(error):
        return f"the statement took longer than {SECONDS:g} seconds and was stopped"
    return str(error)
