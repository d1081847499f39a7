"""Two judges on the same samples."""

import pytest
from tests.results.rowbook import row, table

from unmask.results.agreement import agreements, to_json
from unmask.results.table import Row


def two(scenario: str, first: str | None, second: str | None) -> list[Row]:
    """One sample as two judges label it; None is a failed reading."""
    return [
        row(scenario, label, None if label else "grader_error", judge=judge)
        for judge, label in (("a", first), ("b", second))
    ]


def test_counts_and_coefficients() -> None:
    """With rare events kappa is low and AC1 high, whatever the judges do; the counts say it."""
    rows = [
        each
        for at in range(125)
        for each in two(
            f"s{at}",
            "overt" if at < 5 else "aligned",
            "overt" if 5 <= at < 7 else "aligned",
        )
    ]
    found = next(each for each in agreements(table(*rows)) if each.measure == "misaligned")
    assert (found.both, found.first_only, found.second_only, found.neither) == (0, 5, 2, 118)
    # By hand: agreed .944; chance by margins (120·123 + 5·2) / 125², by spread 2 · .028 · .972.
    assert found.kappa == pytest.approx(-0.0234, abs=5e-4)
    assert found.ac1 == pytest.approx(0.9405, abs=5e-4)
    assert len(found.discordant) == 7
    assert sum(each.first for each in found.discordant) == 5


def test_failed_readings_are_counted_apart() -> None:
    """A reading that failed neither agrees nor disagrees."""
    rows = [*two("s1", "overt", None), *two("s2", "aligned", "aligned")]
    found = next(each for each in agreements(table(*rows)) if each.measure == "misaligned")
    assert (found.unread, found.neither, found.first_only) == (1, 1, 0)
    assert found.kappa is None, "agreement that chance alone would give is undefined, not 0 or 1"


def test_one_judge_has_nobody_to_agree_with() -> None:
    """Without a second judge there is no comparison, and nothing is invented."""
    assert to_json(agreements(table(row("s1", "overt"))))["agreement"] == []
