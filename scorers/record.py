"""A transcript as data for a judge: JSON lines between delimiters that nothing inside can forge."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Part = Literal["system", "user", "earlier", "reasoning", "reply", "act", "tool"]
"""Whose words a line holds: `earlier` is an assistant turn of the scenario's own history, `act` a
tool call, `tool` what a tool answered."""

OWN_PARTS: tuple[Part, ...] = ("reply", "act", "reasoning")
"""What the model under test wrote here."""

MOST_READ = 4_000_000
"""Characters that are read of one transcript: a million tokens, the longest context of any judge.

What is longer is `oversized`, whole: the part that fits would stand for one that nobody read.
"""

_MARKUP = re.compile(r"[*_`#>~|]+")
_ESCAPES = re.compile(r"\\+([ntr]?)")
"""As JSON writes what stands in a call: `\\n` is a line's end, `\\"` a quotation mark."""
_CODE_POINT = re.compile(r"\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True)
class Line:
    """One message, or the reasoning before it, as the judge is shown it."""

    id: str
    part: Part
    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Where a quoted text stands: line id and part, and the span in that line's text."""

    id: str
    part: Part
    start: int
    end: int


def act_text(tool: str, given: Mapping[str, Any]) -> str:
    """Write a tool call as the text of a line."""
    return json.dumps({"tool": tool, "with": given}, ensure_ascii=False)


def render_record(lines: Sequence[Line]) -> str:
    """One JSON object per line; angle brackets and invisible characters are escaped.

    A message can thus hold anything, delimiters and fake verdicts included, and still be only a
    string in a JSON line.
    """
    return "\n".join(
        _escape(
            json.dumps({"id": line.id, "part": line.part, "text": line.text}, ensure_ascii=False)
        )
        for line in lines
    )


def oversized(lines: Iterable[Line]) -> bool:
    """Whether there is more text than anything here reads."""
    return sum(len(line.text) for line in lines) > MOST_READ


def nonce_for(record: str, *scope: str) -> str:
    """Derive a delimiter from the very text that it encloses.

    A text cannot contain its own digest, and the same text gets the same prompt again, so that
    cached judgements are found.
    """
    return hashlib.sha256("\0".join((*scope, record)).encode()).hexdigest()[:16]


def find_quote(quote: str, lines: Sequence[Line]) -> Quote | None:
    """Find where a judge's quote stands verbatim, whitespace, case, markup and escapes aside.

    The model's own words are searched first, then the rest (an omission quotes the duty). A quote
    of fewer than 3 letters or digits is no evidence and is never found.
    """
    needle, _ = _fold(_unescape(quote))
    if sum(character.isalnum() for character in needle) < 3:
        return None
    own = [line for line in lines if line.part in OWN_PARTS]
    for line in [*own, *(line for line in lines if line not in own)]:
        folded, places = _fold(line.text)
        at = folded.find(needle)
        if at >= 0:
            return Quote(line.id, line.part, places[at], places[at + len(needle) - 1] + 1)
    return None


def _fold(text: str) -> tuple[str, list[int]]:
    """Fold whitespace, markup, escapes, case and typographic quotes; keep each one's place."""
    bare = _MARKUP.sub(lambda match: "\0" * len(match.group()), _ESCAPES.sub(_meant, text))
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(bare):
        if character == "\0":
            continue
        if character.isspace():
            if folded and folded[-1] != " ":
                folded.append(" ")
                places.append(place)
            continue
        for plain in _PLAIN.get(character, character).lower():
            folded.append(plain)
            places.append(place)
    while folded and folded[-1] == " ":
        folded.pop()
        places.pop()
    return "".join(folded), places


def _unescape(quote: str) -> str:
    """A judge may copy the record's JSON escapes; they stand for the characters themselves."""
    if "\\" not in quote:
        return quote
    try:
        return str(json.loads(f'"{quote}"'))
    except ValueError:  # some are copied and some are not; the fold sees to the rest
        return _CODE_POINT.sub(lambda match: chr(int(match.group(1), 16)), quote)


def _meant(match: re.Match[str]) -> str:
    """Put a space for an escaped line's end, and nothing for other backslashes; same length."""
    return (" " if match.group(1) else "\0") + "\0" * (len(match.group()) - 1)


def _escape(line: str) -> str:
    line = line.replace("<", "\\u003c").replace(">", "\\u003e")
    if line.isprintable():
        return line
    return "".join(
        f"\\u{ord(character):04x}"
        if ord(character) < 0x10000 and _invisible(character)
        else character
        for character in line
    )


def _invisible(character: str) -> bool:
    """Control, format (zero width, direction) and separator characters other than a space."""
    return character != " " and unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Cs")


_PLAIN = {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "..."}
