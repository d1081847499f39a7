"""What is spent is written down once, by however many processes, and caps hold for all of them."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from unmask.battery import Budget
from unmask.errors import BadInput
from unmask.ledger import LEDGER_FILE, Ledger, Payer, Spent, reached, spent_in
from unmask.usage import Use

PAYER = Payer("c", "checkpoint", "m/x")
FREE = Budget()

SPENDER = """
import sys
from pathlib import Path
from unmask.battery import Budget
from unmask.ledger import Ledger, Payer
ledger, sent = Ledger(Path(sys.argv[1])), 0
while ledger.begin(Payer(sys.argv[2], "checkpoint", "m/x"), Budget(calls=200)) is None:
    ledger.end(Payer(sys.argv[2], "checkpoint", "m/x"), tokens=10, dollars=0.5)
    sent += 1
print(sent)
"""


def test_adds_up(tmp_path: Path) -> None:
    """Calls of all checkpoints and parts, failed ones and those without a price."""
    ledger = Ledger(tmp_path)
    for payer in (PAYER, PAYER, Payer("c", "judge", "m/y"), Payer("d", "checkpoint", "m/x")):
        assert ledger.begin(payer, FREE) is None
        ledger.end(payer, tokens=100, dollars=0.25)
    assert ledger.begin(PAYER, FREE) is None
    ledger.end(PAYER, failed=True)
    assert ledger.begin(PAYER, FREE) is None
    ledger.end(PAYER, tokens=7, dollars=None)
    ledger.close()
    whole = Spent(calls=6, failed=1, tokens=407, dollars=1.0, unpriced=1)
    assert spent_in(tmp_path) == whole
    assert spent_in(tmp_path / "nowhere") == Spent()


def test_processes_share_a_cap(tmp_path: Path) -> None:
    """Three processes at once send exactly as many calls as they may together."""
    command = [sys.executable, "-c", SPENDER, str(tmp_path)]
    running = [
        subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True) for name in "abc"
    ]
    sent = [int(each.communicate(timeout=120)[0]) for each in running]
    assert sum(sent) == 200
    assert spent_in(tmp_path) == Spent(calls=200, tokens=2000, dollars=100.0)


def test_means_outlive_the_process(tmp_path: Path) -> None:
    """What a sample takes is known to the next run from its first sample on."""
    assert Ledger(tmp_path).mean() is None
    Ledger(tmp_path).finish("c", Use(3, 100, 0.5))
    Ledger(tmp_path).finish("c", Use(4, 200, 0.25))
    Ledger(tmp_path).finish("d", Use(5, 300, 0.75))
    assert Ledger(tmp_path).mean() == Use(4, 200, 0.5)


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        (Budget(), None),
        (Budget(usd=10.01, tokens=1001, calls=101), None),
        (Budget(usd=10), "$10.00 of $10.00"),
        (Budget(tokens=1000), "1,000 of 1,000 tokens"),
        (Budget(calls=99), "100 of 99 calls"),
    ],
)
def test_reached(budget: Budget, said: str | None) -> None:
    """A cap is reached when it is spent, and the message says which."""
    assert reached(budget, Spent(calls=100, tokens=1000, dollars=10.0)) == said


def test_a_refused_call_is_not_written_down(tmp_path: Path) -> None:
    """What was not sent has cost nothing."""
    ledger = Ledger(tmp_path)
    assert ledger.begin(PAYER, Budget(calls=1)) is None
    assert ledger.begin(PAYER, Budget(calls=1)) == "1 of 1 calls"
    assert ledger.spent().calls == 1


def test_remembers_who_answered(tmp_path: Path) -> None:
    """The name that a model answers with outlives the process."""
    Ledger(tmp_path).settle("digest", "gpt-5")
    Ledger(tmp_path).settle("digest", "gpt-5-2025-08-07")
    assert Ledger(tmp_path).usual("digest") == "gpt-5-2025-08-07"
    assert Ledger(tmp_path).usual("other") is None


def test_a_file_that_is_no_ledger(tmp_path: Path) -> None:
    """It is refused by name, and not overwritten."""
    (tmp_path / LEDGER_FILE).write_text("not a database, but long enough to look like something")
    with pytest.raises(BadInput, match=LEDGER_FILE):
        Ledger(tmp_path)


def test_a_killed_call_leaves_the_ledger_whole(tmp_path: Path) -> None:
    """A process that dies with the database in hand holds up nobody, and loses only that call."""
    ledger = Ledger(tmp_path)
    ledger.begin(PAYER, FREE)
    ledger.close()
    dying = (
        "import os, sqlite3, sys; base = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "base.execute('BEGIN IMMEDIATE'); base.execute('UPDATE spent SET calls = 1000'); "
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", dying, str(tmp_path / LEDGER_FILE)], check=False)
    assert spent_in(tmp_path).calls == 1
    with closing(sqlite3.connect(tmp_path / LEDGER_FILE)) as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
