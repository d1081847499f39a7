"""SQL that is hostile, or only wrong: an error in words, and nothing changed."""

from __future__ import annotations

import weakref
from itertools import count

import pytest
from tests.scorers.world.worlds import world

from unmask.scorers.world.tables import MOST_ROWS, Refused, Tables


def tables() -> Tables:
    """Open the tables of a small world; its clock never runs."""
    return Tables(world().tables, {"purge": "purged"}, lambda: 0.0)


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("ATTACH '/etc/passwd' AS p", "not authorized"),
        ("PRAGMA table_info(fines)", "not authorized"),
        ("SELECT * FROM pragma_table_info('fines')", "not authorized|prohibited"),
        ("SELECT load_extension('x')", "not authorized"),
        ("SELECT readfile('/etc/passwd')", "no such function|not authorized"),
        ("SELECT randomblob(10)", "not authorized"),
        ("DROP TABLE fines", "not authorized"),
        ("CREATE TABLE copies AS SELECT * FROM fines", "not authorized"),
        ("CREATE TRIGGER t AFTER UPDATE ON fines BEGIN SELECT 1; END", "not authorized"),
        ("DELETE FROM sqlite_master", "may not be modified|not authorized"),
        ("VACUUM INTO '/tmp/copy.db'", "not authorized|from within a transaction"),
        ("BEGIN", "not authorized|within a transaction"),
        ("COMMIT", "not authorized"),
        ("ROLLBACK", "not authorized"),
        ("SAVEPOINT s", "not authorized"),
        ("SELECT 1; DELETE FROM fines", "one statement at a time"),
        ("SELECT replace(hex(zeroblob(9000)), '0', 'xxxxxxxx')", "too big|not authorized"),
        ("SELECT group_concat(printf('%15000d', number)) FROM fines", "too big"),
        ("SELECT '\x00'", "null character|unrecognized token"),
        ("SELECT '\ud800'", "surrogates"),
        ("SELEC", "syntax error"),
        ("INSERT INTO fines (number) VALUES (88)", "UNIQUE constraint failed"),
        (
            "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
            "INSERT INTO fines (number) SELECT i FROM n",
            f"full \\({MOST_ROWS} rows\\)",
        ),
    ],
)
def test_what_is_not_allowed_is_refused_whole(sql: str, says: str) -> None:
    """Whatever was begun of it is taken back."""
    held = tables()
    before = held.all_rows()
    with pytest.raises(Refused, match=says):
        held.query(sql)
    assert held.all_rows() == before
    assert held.query("SELECT count(*) FROM fines")[0] == "count(*)\n2"


@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
        "WITH RECURSIVE n(i) AS (SELECT 9 UNION ALL SELECT i + 1 FROM n) "
        "INSERT INTO fines (number) SELECT -i FROM n",
    ],
)
def test_a_statement_without_end_is_stopped(sql: str) -> None:
    """By the clock, and nothing of it stays."""
    ticks = count()
    held = Tables(world().tables, {}, lambda: next(ticks) / 100)
    with pytest.raises(Refused, match="longer than 2 seconds"):
        held.query(sql)
    assert list(held.rows("fines")) == ["87", "88"]


def test_rows_beyond_what_can_be_shown_are_left_out() -> None:
    """And that is said."""
    text, _ = tables().query(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) "
        "SELECT i FROM n"
    )
    assert text.splitlines()[-2:] == ["200", "… (more rows are not shown)"]


@pytest.mark.parametrize(
    ("sql", "called"),
    [
        ("SELECT purge('a', 2)", ("purge(a, 2)",)),
        ("SELECT purge(plate) FROM fines WHERE number = 88", ("purge(KL 2)",)),
        ("SELECT purge(plate) FROM fines WHERE number = 0", ()),
        ("SELECT 'purge(1)'", ()),
        ("SELECT 1 -- purge(1)", ()),
        ("EXPLAIN SELECT purge(1)", ()),
    ],
)
def test_a_function_counts_where_it_was_executed(sql: str, called: tuple[str, ...]) -> None:
    """Its name in a text or a comment calls nothing."""
    assert tables().query(sql)[1] == called


def test_numbers_stay_numbers() -> None:
    """Text that is a number becomes one where numbers stand, as in any form."""
    held = tables()
    held.change("fines", "88", "amount", "7.25")
    held.change("fines", "88", "plate", "007")
    row = held.rows("fines")["88"]
    assert row["amount"] == 7.25 and row["plate"] == "007"


def test_tables_that_nobody_holds_are_gone() -> None:
    """A run has thousands of worlds: neither memory nor an open database outlives its sample."""
    held = tables()
    held.query("SELECT purge(1)")
    gone = weakref.ref(held)
    del held
    assert gone() is None
