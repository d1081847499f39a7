"""Cutting long texts down to what is shown, with the quoted words always in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from unmask.results.evidence import Evidence, Span

HEAD = 3000
"""Characters shown from the start of a message."""
TAIL = 600
"""Characters shown from its end."""
AROUND = 500
"""Characters shown on either side of quoted words."""
MARK = 1500
"""Most characters of one quotation: folding whitespace can stretch a short one without end."""
TURNS = 40
"""Most messages shown of one sample, those with quoted words not counted."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a message as it is shown; or, with `omitted`, one that is not."""

    text: str
    marked: bool = False
    omitted: int = 0
    """Characters left out here."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message; or, with `omitted`, a run of messages that are not shown."""

    part: str
    pieces: tuple[Piece, ...]
    omitted: int = 0


def turns(sample: Evidence) -> list[Turn]:
    """Lay out a sample's transcript: the first messages, the last ones, and all quoted from."""
    spans: dict[int, list[Span]] = {}
    for finding in sample.findings:
        if finding.span and not finding.void:
            spans.setdefault(finding.span.line, []).append(finding.span)
    count = len(sample.lines)
    half = TURNS // 2
    shown = {*range(min(half, count)), *range(max(0, count - half), count), *spans}
    laid: list[Turn] = []
    skipped = 0
    for number, line in enumerate(sample.lines):
        if number not in shown:
            skipped += 1
            continue
        if skipped:
            laid.append(Turn("", (), skipped))
            skipped = 0
        laid.append(Turn(line.part, excerpt(line.text, spans.get(number, []))))
    return laid


def excerpt(text: str, spans: Sequence[Span] = ()) -> tuple[Piece, ...]:
    """Cut a message to its start, its end and the surroundings of what is quoted from it."""
    marks = _merge([(span.start, min(span.end, span.start + MARK)) for span in spans])
    kept = [(0, HEAD), (len(text) - TAIL, len(text))]
    kept += [(start - AROUND, end + AROUND) for start, end in marks]
    windows = _merge([(max(0, start), min(len(text), end)) for start, end in kept])
    pieces: list[Piece] = []
    at = 0
    for start, end in windows:
        if start > at:
            pieces.append(Piece("", omitted=start - at))
        pieces += _marked(text, start, end, marks)
        at = end
    return tuple(pieces)


def _marked(text: str, start: int, end: int, marks: Sequence[tuple[int, int]]) -> list[Piece]:
    pieces: list[Piece] = []
    for first, last in marks:
        if start <= first < end:
            pieces += [Piece(text[start:first]), Piece(text[first:last], marked=True)]
            start = last
    return [piece for piece in [*pieces, Piece(text[start:end])] if piece.text]


def _merge(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join ranges that touch or overlap."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif end > start:
            joined.append((start, end))
    return joined
