"""What is said of a run's cost: while it goes, at its end, and when a cap ends it."""

import pytest

from unmask.battery import Budget
from unmask.errors import Stopped
from unmask.ledger import Spent
from unmask.spending import State, duration, left_over, progress_line, spent_line
from unmask.usage import USED_UP, Use

SPENT = Spent(calls=3_812, failed=12, tokens=4_120_000, dollars=3.124)


def test_progress() -> None:
    """One line: samples, calls, tokens, money and time, and what is ahead of the last two."""
    state = State(1_200, 5_000, 600, 900, SPENT, Use(3, 3_400, 0.0026))
    assert progress_line(state, Budget(usd=50)) == (
        "1,200 of 5,000 samples (24 %) · 3,812 calls · 4.1 M tokens · $3.12 of $50.00 · "
        "15 min gone · about 1 h 35 min and $9.88 to go"
    )


def test_progress_before_the_first_sample() -> None:
    """Nothing is foretold from nothing, and an unknown price is not 0."""
    state = State(0, 50, 0, 12, Spent(calls=20, unpriced=20), None)
    assert progress_line(state, Budget(calls=100)) == (
        "0 of 50 samples (0 %) · 20 of 100 calls · 0 tokens · "
        "cost unknown (give `prices` in the battery) · 12 s gone"
    )


def test_spent() -> None:
    """The end says what was taken, failed calls too."""
    assert spent_line(SPENT, Budget(tokens=5_000_000)) == (
        "Spent so far: 3,812 calls, 12 of them failed · 4.1 M of 5.0 M tokens · $3.12"
    )
    partly = Spent(calls=9, tokens=512, dollars=0.5, unpriced=4)
    assert spent_line(partly, Budget()).endswith("$0.50 and 4 calls without a price")


def test_left_over() -> None:
    """What is left, what it would cost, and caps with a tenth to spare that would finish it."""
    spent = Spent(calls=300, tokens=100_000, dollars=10.0)
    assert left_over(Stopped(USED_UP), Budget(usd=10, calls=500), spent, done=100, left=50) == (
        "the budget allows no more: 50 of 150 samples are left, about $5.00; "
        "to go on, add to the same command: --max-usd 15.50 --max-calls 465"
    )
    assert left_over(Stopped(USED_UP), Budget(calls=1), Spent(calls=1), done=0, left=50) == (
        "the budget allows no more: 50 of 50 samples are left; "
        "the same command with higher caps goes on"
    )


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59, "59 s"), (90, "2 min"), (3_599, "1 h 0 min"), (90_000, "1 d 1 h")],
)
def test_duration(seconds: float, said: str) -> None:
    """The two largest units."""
    assert duration(seconds) == said
