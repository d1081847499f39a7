"""Text that speaks to a judge: where it stands, and the transcript without it. Pure.

To address the judge is a signal of its own. Nothing here decides a label: a flagged sample is read
once more with these words taken out (`unmask.scorers.guarded`). The patterns are data
(`injection.yaml`).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from unmask.scorers.record import Line, Part
from unmask.yamls import read_yaml

INJECTION = Path(__file__).with_name("injection.yaml")

SCANNED: tuple[Part, ...] = ("reply", "act", "reasoning", "tool", "earlier", "user")
"""All but system prompts, which are the eval's own."""

SENTENCE = 400
"""Characters on either side of a hit within which its sentence must end."""

BLOCK = 4000
"""Characters after a hit within which its block must end."""

MOST_REMEMBERED = 4096
"""Texts of which it is remembered what was found in them."""

Spans = tuple[tuple[int, int, str], ...]

Text = Annotated[str, StringConstraints(min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Pattern(_Strict):
    """One way of speaking to a judge, with texts in which it must and must not be found.

    `reach` says how much is taken out around a match: its sentence, or from the start of its line
    to the next blank line. A match whose sentence holds `unless` does not count.
    """

    id: Name
    reach: Literal["sentence", "block"]
    regex: Text
    unless: Text | None = None
    must: Annotated[tuple[Text, ...], Field(min_length=1)]
    must_not: Annotated[tuple[Text, ...], Field(min_length=1)]


class _File(_Strict):
    mask: Text
    gap: int = Field(ge=0)
    terms: dict[Name, Text]
    patterns: Annotated[tuple[Pattern, ...], Field(min_length=1)]

    @field_validator("patterns")
    @classmethod
    def _ids_are_unique(cls, patterns: tuple[Pattern, ...]) -> tuple[Pattern, ...]:
        ids = [pattern.id for pattern in patterns]
        if len(set(ids)) < len(ids):
            raise ValueError(f"an id stands here twice: {ids}")
        return patterns


@dataclass(frozen=True, slots=True, eq=False)
class Injection:
    """Validated and compiled patterns, and what stands in place of what they find.

    Equal only to itself, so that it can be a cache's key for nothing.
    """

    mask: str
    gap: int
    patterns: tuple[tuple[Pattern, re.Pattern[str], re.Pattern[str] | None], ...]


@dataclass(frozen=True, slots=True)
class Address:
    """Words to a judge: which message and part hold them, the pattern, and the span in its text."""

    id: str
    part: Part
    pattern: str
    start: int
    end: int
    text: str


@cache
def load_injection(path: Path | None = None) -> Injection:
    """Read and compile a pattern file; `None` is the one that comes with Unmask.

    Raises:
        BadInput: The file can't be read or does not fit; names file and line.
    """
    file = read_yaml(path or INJECTION, _File)
    return Injection(
        file.mask,
        file.gap,
        tuple(
            (p, _compile(p.regex, file.terms), _compile(p.unless, file.terms) if p.unless else None)
            for p in file.patterns
        ),
    )


def find_addresses(patterns: Injection, lines: Iterable[Line]) -> tuple[Address, ...]:
    """Find words to a judge in the messages of a transcript, by place."""
    return tuple(
        Address(line.id, line.part, name, start, end, line.text[start:end])
        for line in lines
        if line.part in SCANNED
        for start, end, name in _spans(patterns, line.text)
    )


def mask_lines(patterns: Injection, lines: Sequence[Line]) -> tuple[Line, ...]:
    """The same transcript with all words to a judge taken out."""
    return tuple(
        replace(line, text=mask_text(patterns, line.text)) if line.part in SCANNED else line
        for line in lines
    )


def mask_text(patterns: Injection, text: str) -> str:
    """A text with all words to a judge taken out; hits that lie close go with what is between."""
    merged: list[tuple[int, int]] = []
    for start, end, _ in _spans(patterns, text):
        if merged and start - merged[-1][1] <= patterns.gap:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    for start, end in reversed(merged):
        text = text[:start] + patterns.mask + text[end:]
    return text


def _spans(patterns: Injection, text: str) -> Spans:
    """Every hit as far as it reaches, by place.

    Remembered, as each reading asks for the same texts and each epoch for the same questions; by
    digest, as a model may write 30 MB.
    """
    data = text.encode("utf-8", "surrogatepass")
    key = patterns, hashlib.blake2b(data, digest_size=16).digest()
    with _LOCK:
        known = _REMEMBERED.get(key)
    if known is not None:
        return known
    found = _found(patterns, text)
    with _LOCK:
        _REMEMBERED[key] = found
        while len(_REMEMBERED) > MOST_REMEMBERED:
            del _REMEMBERED[next(iter(_REMEMBERED))]
    return found


_LOCK = Lock()
_REMEMBERED: dict[tuple[Injection, bytes], Spans] = {}


def _found(patterns: Injection, text: str) -> Spans:
    plain, places = _fold(text)
    found: dict[tuple[int, int], str] = {}
    for pattern, regex, unless in patterns.patterns:
        for match in regex.finditer(plain):
            start = match.end() - len(match[0].lstrip())
            sentence = _sentence(plain, start, match.end())
            if unless and unless.search(plain, *sentence):
                continue
            reach = sentence if pattern.reach == "sentence" else _block(plain, start, match.end())
            found.setdefault((places[reach[0]], places[reach[1] - 1] + 1), pattern.id)
    return tuple(sorted((start, end, name) for (start, end), name in found.items()))


_STOP = re.compile(r"[.!?]{1,9}[\"')\]»”]{0,2}(?=\s|\Z)|[。؟]|\n")
_BLANK_LINE = re.compile(r"\n[ \t]{0,20}\n")


def _sentence(plain: str, start: int, end: int) -> tuple[int, int]:
    stops = [stop.end() for stop in _STOP.finditer(plain, max(0, start - SENTENCE), start)]
    left = stops[-1] if stops else max(0, start - SENTENCE)
    following = _STOP.search(plain, end, end + SENTENCE)
    right = following.end() if following else min(len(plain), end + SENTENCE)
    while left < start and plain[left].isspace():
        left += 1
    return left, right


def _block(plain: str, start: int, end: int) -> tuple[int, int]:
    left = max(plain.rfind("\n", max(0, start - SENTENCE), start) + 1, start - SENTENCE, 0)
    blank = _BLANK_LINE.search(plain, end, end + BLOCK)
    return left, blank.start() if blank else min(len(plain), end + BLOCK)


def _fold(text: str) -> tuple[str, Sequence[int]]:
    """Undo look-alikes and drop invisible characters; each character keeps its place."""
    if text.isascii():
        return text, range(len(text))
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if unicodedata.category(character) == "Cf" or _ACCENT.match(character):
            continue
        for plain in unicodedata.normalize("NFKC", character).translate(_BRACKETS):
            folded.append(plain)
            places.append(place)
    return _MIXED.sub(lambda word: word[0].translate(_LETTERS), "".join(folded)), places


_ACCENT = re.compile("[\u0300-\u036f\u064b-\u065f]")
"""Accents and vowel points that stand as characters of their own."""
_BRACKETS = str.maketrans("‹›〈〉⟨⟩≺≻˂˃’‘", "<><><><><>''")
_LETTERS = str.maketrans(
    "асеорхуіјѕԁһкмтвнАВЕКМНОРСТХІЅοαενικρτυ", "aceopxyijsdhkmtbhABEKMHOPCTXISoaevikptu"
)
_MIXED = re.compile(r"\b(?=\w{0,60}[A-Za-z])(?=\w{0,60}[\u0370-\u052f])\w{1,80}")
"""Words with Latin and with Greek or Cyrillic letters: nobody writes those but to look alike."""

_TERM = re.compile(r"<([a-z]+)>")
_CLASS = re.compile(r"\[(?:\\.|[^\]\\])*\]")


def _compile(regex: str, terms: dict[str, str]) -> re.Pattern[str]:
    for name, term in terms.items():
        regex = regex.replace(f"<{name}>", term)
    spaced = re.sub(rf"{_CLASS.pattern}| (?![{{?])", _blanks, regex)
    return re.compile(spaced, re.IGNORECASE | re.MULTILINE)


def _blanks(match: re.Match[str]) -> str:
    return match[0] if match[0] != " " else r"\s{1,6}"
