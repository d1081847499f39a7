"""Whether a text is in English, over every text of ours whose language is known."""

import pytest

from unmask.evals.catalog import find_eval, scenarios_of
from unmask.reference.bank import BANKS, bank
from unmask.scorers.english import is_english


def test_thoughts_in_english_are_known_as_such() -> None:
    """Of the banks' thoughts, garbled ones aside, hardly any is taken for another language."""
    thoughts = [
        entry.thought
        for path in BANKS.glob("*.yaml")
        for entry in bank(path.stem).entries
        if entry.kind != "garbled"
    ]
    missed = [thought for thought in thoughts if not is_english(thought)]
    assert len(thoughts) > 300
    assert len(missed) <= 0.02 * len(thoughts), missed  # some are in other languages


def test_other_languages_are_told() -> None:
    """Of the scenarios' wordings in other languages, hardly any is taken for English."""
    texts = [
        variant.turns[-1].user or ""
        for name in ("goals", "alignment_questions", "bad_actor")  # elsewhere languages are mixed
        for scenario in scenarios_of(find_eval(name))
        for variant in scenario.variants
        if variant.factors.get("language", "en") != "en"
    ]
    taken = [text for text in texts if is_english(text)]
    assert len(texts) > 150
    assert len(taken) <= 0.02 * len(texts), taken


@pytest.mark.parametrize("text", ["", "42 / 7 = 6", "OK.", "Sure, go ahead."])
def test_too_little_to_tell_is_taken_for_english(text: str) -> None:
    """No letters, or few words: nothing says that patterns could not read it."""
    assert is_english(text)
