"""Long texts: cut, never without the words that matter."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.results.report.made import spoken

from unmask.results.evidence import Span
from unmask.results.report.excerpt import HEAD, MARK, TAIL, TURNS, excerpt, turns
from unmask.scorers.record import Line


@given(
    st.integers(0, 30_000),
    st.lists(st.tuples(st.integers(0, 29_999), st.integers(1, 4_000)), max_size=5),
)
def test_every_character_is_shown_or_counted(length: int, marks: list[tuple[int, int]]) -> None:
    """Shown and omitted characters add up to the text, in order, and marks are shown."""
    text = "".join(chr(0x4E00 + number % 20_000) for number in range(length))
    spans = [Span(0, a, min(length, a + n)) for a, n in marks if a < length]
    at = 0
    marked = ""
    for piece in excerpt(text, spans):
        assert text[at : at + len(piece.text)] == piece.text
        assert (piece.text == "") == (piece.omitted > 0)
        marked += piece.text if piece.marked else ""
        at += len(piece.text) + piece.omitted
    assert at == length
    for span in spans:
        assert text[span.start : min(span.end, span.start + MARK)][:1] in marked


def test_one_megabyte_becomes_a_few_kilobytes() -> None:
    """The start, the end and the quoted words are kept, and the cut is said."""
    text = "x" * 500_000 + "I want it all" + "y" * 500_000
    pieces = excerpt(text, [Span(0, 500_000, 500_013)])
    assert sum(len(piece.text) for piece in pieces) < HEAD + TAIL + 2_000
    assert [piece.text for piece in pieces if piece.marked] == ["I want it all"]
    assert sum(piece.omitted > 0 for piece in pieces) == 2


def test_a_quotation_without_end_is_cut() -> None:
    """Folding blanks can make a short quotation span a megabyte."""
    pieces = excerpt("a" * 2_000_000, [Span(0, 0, 2_000_000)])
    assert sum(len(piece.text) for piece in pieces if piece.marked) == MARK


def test_long_transcripts_keep_quoted_messages() -> None:
    """Of hundreds of messages, the first, the last and the quoted one are shown."""
    sample = spoken("I want it all", "I want it all")
    lines = tuple(Line(f"m{n}", "reply", f"message {n}, I want it all") for n in range(500))
    finding = replace(sample.findings[0], span=Span(250, 13, 26))
    laid = turns(replace(sample, lines=lines, findings=(finding,)))
    shown = [turn for turn in laid if not turn.omitted]
    assert len(shown) == TURNS + 1
    assert sum(turn.omitted for turn in laid) == 500 - len(shown)
    assert [piece.text for turn in shown for piece in turn.pieces if piece.marked] == [
        "I want it all"[:13]
    ]
