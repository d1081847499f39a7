"""Texts in two meanings."""

import pytest
from pydantic import ValidationError

from unmask.scorers.execution.words import Glossary, fill, named

WORDS = Glossary(safety={"unit": "episode"}, control={"unit": "parcel"})


@pytest.mark.parametrize(
    ("text", "safety", "control"),
    [
        ("one «unit»", "one episode", "one parcel"),
        ("«unit|capitalize»s", "Episodes", "Parcels"),
        ('{"«unit»": f"{x}", "{{y}}": {# z #}}', '{"episode": f"{x}", "{{y}}": {# z #}}', None),
        ("no marks, {% raw %}", "no marks, {% raw %}", "no marks, {% raw %}"),
        ("line «unit»\n", "line episode\n", "line parcel\n"),
        ("A «unit», a «unit|upper»", "An episode, an EPISODE", "A parcel, a PARCEL"),
        ("an «unit»; data «unit»", "an episode; data episode", "a parcel; data parcel"),
    ],
)
def test_a_text_has_both_meanings(text: str, safety: str, control: str | None) -> None:
    """Only the marks are replaced: code, JSON and Jinja's own marks stay as they are."""
    assert fill(text, WORDS.of("safety")) == safety
    assert fill(text, WORDS.of("control")) == (control or safety.replace("episode", "parcel"))


@pytest.mark.parametrize(("text", "why"), [("a «lorry»", "lorry"), ("a «unit", "unexpected")])
def test_a_broken_text_is_refused(text: str, why: str) -> None:
    """An unknown word and an open mark are named, with the text they stand in."""
    with pytest.raises(ValueError, match=why):
        fill(text, WORDS.of("safety"))


def test_names_of_a_text_are_listed() -> None:
    """In order, filters aside."""
    assert named("«one» and « two | upper »«one»") == ("one", "two", "one")


def test_meanings_have_the_same_names() -> None:
    """A word with one meaning only can't be rendered in the other."""
    with pytest.raises(ValidationError, match="actor"):
        Glossary(safety={"unit": "a", "actor": "b"}, control={"unit": "c"})


def test_the_later_glossary_wins() -> None:
    """A scenario's words stand over those of its repository."""
    later = Glossary(safety={"unit": "run"}, control={"unit": "box"})
    assert WORDS.joined(later) == later
