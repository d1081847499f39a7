"""What was really used, kept in a small database beside the logs: over resumes and processes.

Every process that measures into the same folder of logs writes here, each call when it begins and
when it ends, so that a cap holds for all of them and a kill loses nothing.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from unmask.battery import Budget
from unmask.errors import BadInput
from unmask.usage import Use

LEDGER_FILE = "ledger.sqlite"

PATIENCE = 60.0
"""Seconds that a process waits for its turn to write."""

_TABLES = """
CREATE TABLE IF NOT EXISTS spent (
    checkpoint TEXT NOT NULL, part TEXT NOT NULL, model TEXT NOT NULL,
    calls INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,
    tokens INTEGER NOT NULL DEFAULT 0, dollars REAL NOT NULL DEFAULT 0,
    unpriced INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (checkpoint, part, model)
);
CREATE TABLE IF NOT EXISTS finished (
    checkpoint TEXT PRIMARY KEY, samples INTEGER NOT NULL,
    calls REAL NOT NULL, tokens REAL NOT NULL, dollars REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS served (digest TEXT PRIMARY KEY, name TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Payer:
    """On whose account a call goes: for which checkpoint, as its own or its judge's, to whom."""

    checkpoint: str
    part: str
    model: str


@dataclass(frozen=True, slots=True)
class Spent:
    """What calls have taken.

    Attributes:
        calls: Attempts that were sent, failed ones and those without an answer included.
        failed: Those that ended in an error.
        tokens: In and out, cached ones and reasoning included.
        dollars: What they cost, as far as prices are known.
        unpriced: Calls whose price is not known.
    """

    calls: int = 0
    failed: int = 0
    tokens: int = 0
    dollars: float = 0.0
    unpriced: int = 0


class Ledger:
    """The database of one folder of logs.

    Raises:
        BadInput: It can't be opened: no database, or a folder that can't be written to.
    """

    def __init__(self, logs: Path) -> None:
        self.path = logs / LEDGER_FILE
        try:
            logs.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(
                self.path, timeout=PATIENCE, isolation_level=None, check_same_thread=False
            )
            self.close = weakref.finalize(self, self._base.close)
            """Lets go of the file."""
            # A killed process loses nothing so; a machine that loses power may lose the last calls.
            self._base.execute("PRAGMA synchronous = OFF")
            # Kept and emptied: works on shared folders, where a write-ahead log does not.
            self._base.execute("PRAGMA journal_mode = TRUNCATE")
            self._base.executescript(_TABLES)
        except (sqlite3.Error, OSError) as error:
            raise BadInput(
                f"{self.path}: can't keep what the run spends: {error}; the folder must be "
                f"writable, and {LEDGER_FILE} one that `unmask run` wrote"
            ) from None

    def begin(self, payer: Payer, budget: Budget) -> str | None:
        """Write down a call that is about to be sent, unless a cap is reached; then say which."""
        with self._turn() as base:
            full = reached(budget, _spent(base))
            if full is None:
                self._add(base, payer, calls=1)
        return full

    def end(
        self, payer: Payer, *, tokens: int = 0, dollars: float | None = 0.0, failed: bool = False
    ) -> None:
        """Write down what a call took; `dollars` is None where its price is not known."""
        with self._turn() as base:
            self._add(
                base,
                payer,
                failed=int(failed),
                tokens=tokens,
                dollars=dollars or 0.0,
                unpriced=int(dollars is None),
            )

    def add(self, payer: Payer, spent: Spent) -> None:
        """Write down what was spent where this ledger was out of reach."""
        with self._turn() as base:
            self._add(base, payer, **asdict(spent))

    def spent(self) -> Spent:
        """Add up what all calls so far have taken."""
        return _spent(self._base)

    def finish(self, checkpoint: str, used: Use) -> None:
        """Write down what a sample has taken that is finished."""
        self._base.execute(
            "INSERT INTO finished VALUES (?, 1, ?, ?, ?) ON CONFLICT DO UPDATE SET "
            "samples = samples + 1, calls = calls + excluded.calls, "
            "tokens = tokens + excluded.tokens, dollars = dollars + excluded.dollars",
            (checkpoint, used.calls, used.tokens, used.dollars),
        )

    def mean(self) -> Use | None:
        """Return what a finished sample took, over all runs; None before the first."""
        samples, *sums = self._base.execute(
            "SELECT TOTAL(samples), TOTAL(calls), TOTAL(tokens), TOTAL(dollars) FROM finished"
        ).fetchone()
        return Use(*sums).share(int(samples)) if samples else None

    def usual(self, digest: str) -> str | None:
        """Return the name that a model answered with before, by its digest."""
        row = self._base.execute("SELECT name FROM served WHERE digest = ?", (digest,)).fetchone()
        return str(row[0]) if row else None

    def settle(self, digest: str, name: str) -> None:
        """Keep the name that a model answers with."""
        self._base.execute(
            "INSERT INTO served VALUES (?, ?) ON CONFLICT DO UPDATE SET name = excluded.name",
            (digest, name),
        )

    @contextmanager
    def _turn(self) -> Iterator[sqlite3.Connection]:
        """Hold the database, so that no other process spends between looking and writing."""
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield self._base
            self._base.execute("COMMIT")
        except BaseException:
            self._base.execute("ROLLBACK")
            raise

    @staticmethod
    def _add(base: sqlite3.Connection, payer: Payer, **more: float) -> None:
        names = list(more)
        base.execute(
            f"INSERT INTO spent (checkpoint, part, model, {', '.join(names)}) "
            f"VALUES (?, ?, ?, {', '.join('?' * len(names))}) ON CONFLICT DO UPDATE SET "
            + ", ".join(f"{name} = {name} + excluded.{name}" for name in names),
            (payer.checkpoint, payer.part, payer.model, *more.values()),
        )


def spent_in(logs: Path) -> Spent:
    """Read what a folder of logs has cost so far; nothing where no run has begun."""
    if not (logs / LEDGER_FILE).is_file():
        return Spent()
    with closing(Ledger(logs)) as ledger:
        return ledger.spent()


def reached(budget: Budget, spent: Spent) -> str | None:
    """Say which cap of a budget is reached, or None."""
    if budget.usd is not None and spent.dollars >= budget.usd:
        return f"${spent.dollars:,.2f} of ${budget.usd:,.2f}"
    if budget.tokens is not None and spent.tokens >= budget.tokens:
        return f"{spent.tokens:,} of {budget.tokens:,} tokens"
    if budget.calls is not None and spent.calls >= budget.calls:
        return f"{spent.calls:,} of {budget.calls:,} calls"
    return None


def _spent(base: sqlite3.Connection) -> Spent:
    row = base.execute(
        "SELECT TOTAL(calls), TOTAL(failed), TOTAL(tokens), TOTAL(dollars), TOTAL(unpriced) "
        "FROM spent"
    ).fetchone()
    return Spent(int(row[0]), int(row[1]), int(row[2]), float(row[3]), int(row[4]))
