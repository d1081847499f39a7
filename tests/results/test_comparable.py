"""What may stand side by side."""

from typing import Any

import pytest
from tests.results.tables import cell, counts, rows

from unmask.results.comparable import why_not_comparable

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"judge": "other/judge"}, "judges differ: mockllm/judge and other/judge"),
    ({"reads": "r2"}, "rubrics or checks (reads) differ: r1 and r2"),
    ({"config": "c9"}, "sampling settings differ: c0 and c9"),
    ({"version": "2-A+00000000"}, "versions differ: 1 and 2"),
    ({"thinking": "none"}, "thinking modes differ: native and none"),
    ({"eval": "other"}, "evals differ: goals and other"),
    ({"visibility": "hidden"}, "compare conduct"),
]


@pytest.mark.parametrize(("change", "said"), REFUSED)
def test_what_differs_is_refused_by_name(change: dict[str, Any], said: str) -> None:
    """Each thing that moves a rate by itself is named, with both values."""
    a, b = cell(counts([0, 1], 2)), cell(counts([0, 1], 2, **change))
    assert said in str(why_not_comparable(a, b, "misaligned"))


def test_other_items_arms_and_checkpoints_may_be_compared() -> None:
    """These are what comparisons are of; items pair, so a typo's fix refuses nothing."""
    other = {"checkpoint": "new", "arm": "hint", "version": "1-A+ffffffff"}
    a, b = cell(counts([0], 2)), cell(counts([0], 2, **other))
    assert why_not_comparable(a, b, "misaligned") is None


def test_conduct_is_offered_across_visibility() -> None:
    """Conduct does not depend on what is shown of reasoning."""
    a, b = cell(counts([0], 2)), cell(counts([0], 2, visibility="hidden"))
    assert why_not_comparable(a, b, "conduct") is None


def test_a_little_more_hidden_is_no_refusal() -> None:
    """One hidden sample in twenty is not another kind of visibility."""
    a = cell(counts([0] * 20, 1))
    b = cell(rows([["aligned"]] * 19), rows([[]] * 19 + [["unseen"]]))
    assert why_not_comparable(a, b, "misaligned") is None
