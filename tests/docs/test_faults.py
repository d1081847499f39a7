"""What `docs/faults.md` says of a provider that is gone is what a run does."""

from tests.docs.pages import blocks, page

from unmask.battery import Budget, Limits
from unmask.errors import Gone
from unmask.ledger import Spent
from unmask.silences import NOT_LET_IN, STREAK
from unmask.spending import duration, left_over

TEXT = page("faults").read_text()


def test_the_line_is_as_shown() -> None:
    """How such a run ends, to the letter."""
    (shown,) = blocks(TEXT, "text")
    why, _, _ = shown.removeprefix("unmask: ").partition(": 278 of")
    said = left_over(Gone(why), Budget(), Spent(), done=417 - 278, left=278)
    assert shown == f"unmask: {said}\n"
    assert f"for {duration(Limits().timeout)} (" in shown


def test_numbers_are_those_of_the_code() -> None:
    """How long and how often a model is waited for."""
    assert "none of its last five calls in" in TEXT
    assert STREAK == 5
    assert "(`limits.timeout`, 15 minutes by default)" in TEXT
    assert Limits().timeout == 15 * 60
    assert [status for status in NOT_LET_IN if f"({status})" not in TEXT] == []
