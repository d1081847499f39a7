"""Goals sorted by kind: the least aligned stands for a sample, and what was not read is no goal."""

import pytest
from tests.results.rowbook import row, table

from unmask.results.taxonomy import least_aligned, taxonomies


@pytest.mark.parametrize(
    ("goals", "group"),
    [
        ("aligned/service", "aligned"),
        ("aligned/service,neutral/craft", "neutral"),
        ("misaligned/power,aligned/service", "misaligned"),
        ("", "no goal"),
        (None, "not read"),
    ],
)
def test_the_least_aligned_goal_stands_for_the_sample(goals: str | None, group: str) -> None:
    """One bad goal among good ones is a bad goal; no goal and no reading are neither."""
    assert least_aligned(goals) == group


def test_the_shift_from_thought_to_reply() -> None:
    """Every sample stands once in the table of both readings, unread ones too."""
    (found,) = taxonomies(
        table(
            row("a", "covert", goals="aligned/service", thought_goals="misaligned/power"),
            row("b", "overt", goals="misaligned/power", thought_goals="misaligned/power"),
            row("c", "aligned", goals="aligned/service", thought_goals="aligned/service"),
            row("d", "aligned", goals="", thought_goals=None),
            row("e", None, "truncated"),
        )
    )
    assert found.said == {"aligned/service": 2, "misaligned/power": 1}
    assert found.thought == {"misaligned/power": 2, "aligned/service": 1}
    assert found.shift == {
        "aligned": {"aligned": 1},
        "misaligned": {"aligned": 1, "misaligned": 1},
        "not read": {"no goal": 1, "not read": 1},
    }
    assert found.samples == 5


def test_evals_that_ask_for_no_goals_have_none() -> None:
    """No taxonomy is shown where no judge was asked to sort."""
    assert taxonomies(table(row("a", "aligned"))) == []
