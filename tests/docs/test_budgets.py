"""The lines that `docs/budgets.md` shows are those that a run says, and its promises hold."""

import re

from tests.docs.pages import blocks, page

from unmask.battery import Budget, Prices
from unmask.errors import Stopped
from unmask.ledger import LEDGER_FILE, Spent
from unmask.progress import IN_FILE, ON_SCREEN
from unmask.silences import STREAK
from unmask.spending import State, left_over, progress_line
from unmask.usage import USED_UP, Use
from unmask.watch import SPARE

TEXT = page("budgets").read_text()


def test_lines_are_as_shown() -> None:
    """What a run says at a cap, and while it goes."""
    stopped, going = blocks(TEXT, "text")
    spent = Spent(calls=1_080, tokens=900_000, dollars=49.8)
    assert (
        stopped
        == f"unmask: {left_over(Stopped(USED_UP), Budget(usd=50), spent, done=180, left=120)}\n"
    )
    halfway = Spent(calls=3_812, tokens=4_120_000, dollars=3.124)
    state = State(1_200, 5_000, 600, 900, halfway, Use(3, 3_400, 0.0026))
    assert going == f"{progress_line(state, Budget(usd=50))}\n"


def test_names_and_numbers_are_those_of_the_code() -> None:
    """Keys, the ledger's name, the pace of the line and the patience with another model."""
    keys = [*Budget.model_fields, *Prices.model_fields, LEDGER_FILE]
    assert [key for key in keys if f"{key}:" not in TEXT and f"`{key}`" not in TEXT] == []
    assert (STREAK, ON_SCREEN, IN_FILE, SPARE) == (5, 1, 300, 64 * 2**20)
    assert re.search("After five such answers", TEXT)
    assert re.search("64 MB beside room for each log once more", TEXT)
    assert re.search("every second on a terminal and every five minutes elsewhere", TEXT)
