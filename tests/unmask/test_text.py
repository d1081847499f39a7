"""Text made safe to print."""

import pytest

from unmask.text import safe_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Größe – 模型", "Größe – 模型"),
        ("\x1b[2Jgone", r"\x1b[2Jgone"),
        ("a\nb\tc", r"a\nb\tc"),
        ("\u202eabc", r"\u202eabc"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("\ud800", r"\ud800"),
    ],
)
def test_control_characters_become_visible(text: str, shown: str) -> None:
    """Nothing out of a log can clear, recolour or reorder a terminal."""
    assert safe_text(text) == shown


def test_width_cuts_with_an_ellipsis() -> None:
    """A long name keeps its beginning."""
    assert safe_text("abcdef", 4) == "abc…"
