"""What is asked in words that have two meanings."""

import pytest

from unmask.evals.catalog import find_eval, written_for


@pytest.mark.parametrize("name", ["detector", "research_commits"])
def test_no_mark_is_left_in_a_request(name: str) -> None:
    """Words are not filled in within words, so that one there would show."""
    texts = {
        f"{each.id}/{v.id}": turn.user or ""
        for each in written_for(find_eval(name))
        for v in each.variants
        for turn in v.turns
    }
    assert [name for name, text in texts.items() if "«" in text or "»" in text] == []
