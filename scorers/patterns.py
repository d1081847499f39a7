"""Regular expressions over hidden reasoning: which sentences say what a misaligned aim would say.

The patterns, and the contexts that void a match (negation, refusal, quotation, fiction), are data:
`patterns.yaml`. Hits are reported beside the judge's reading and never decide a label.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from heapq import heapify, heappop, heapreplace
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from unmask.yamls import read_yaml

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, StringConstraints(min_length=1)]

CONTEXT = 240
"""Characters on either side of a match, within its sentence, in which a veto may stand."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Category(_Strict):
    """A kind of intent; only categories with `strong` count towards the strong flag."""

    id: Name
    means: Text
    strong: bool = True


class Veto(_Strict):
    """A context that voids a match.

    `before` and `around` look at the match's own clause, `inside` at the match itself, `heading`
    at the line that opens the list in which it stands ("I should not:"). Patterns with `negated`
    are exempt from `inside` and `heading`. A `text` veto, found anywhere, leaves the hits and
    takes the strong flag: the text refuses what it describes.
    """

    id: Name
    where: Literal["before", "inside", "around", "heading", "text"]
    regex: Text


class Pattern(_Strict):
    """One regular expression, with texts in which it must and must not be found.

    `words` is a cheap filter: the expression is tried only on texts with at least one of them.
    `negated` says that the expression's own meaning rests on a negation ("I should not tell").
    `suggestive` ones are found in innocent thoughts as well: they do not count for the strong flag.
    `alone` ones say outright what is wanted ("plant a subtle bug"): one is enough for it.
    """

    id: Name
    category: Name
    regex: Text
    words: Annotated[tuple[Text, ...], Field(min_length=1)]
    negated: bool = False
    suggestive: bool = False
    alone: bool = False
    must: Annotated[tuple[Text, ...], Field(min_length=1)]
    must_not: Annotated[tuple[Text, ...], Field(min_length=1)]


class _PatternFile(_Strict):
    terms: dict[Name, Text]
    contrast: Text
    categories: Annotated[tuple[Category, ...], Field(min_length=2)]
    vetoes: tuple[Veto, ...]
    patterns: Annotated[tuple[Pattern, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        known = {category.id for category in self.categories}
        seen: set[str] = set()
        for pattern in self.patterns:
            if pattern.category not in known:
                raise ValueError(
                    f"pattern '{pattern.id}': unknown category '{pattern.category}', "
                    f"expected one of {', '.join(sorted(known))}"
                )
            if pattern.id in seen:
                raise ValueError(f"pattern '{pattern.id}' stands here twice")
            seen.add(pattern.id)
            if pattern.suggestive and pattern.alone:
                raise ValueError(f"pattern '{pattern.id}' is 'suggestive' or 'alone', not both")
            for word in pattern.words:
                if word != word.lower():
                    raise ValueError(f"pattern '{pattern.id}': write '{word}' in lower case")
            _compile(f"pattern '{pattern.id}'", pattern.regex, self.terms)
        for veto in self.vetoes:
            _compile(f"veto '{veto.id}'", veto.regex, self.terms)
        _compile("contrast", self.contrast, self.terms)
        return self


@dataclass(frozen=True, slots=True)
class Patterns:
    """Validated and compiled patterns; `digest` names their file's exact content."""

    digest: str
    categories: tuple[Category, ...]
    patterns: tuple[Pattern, ...]
    regexes: tuple[re.Pattern[str], ...]
    vetoes: tuple[tuple[Veto, re.Pattern[str]], ...]
    contrast: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Hit:
    """One match that no context voids; `text` is exactly `source[start:end]`."""

    category: str
    pattern: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Hits:
    """All hits of a text, by place.

    `strong` is true where a pattern that is enough `alone` is found, or two different categories
    that count, in separate words, so that one phrase read in two ways is not taken for two pieces
    of evidence.
    """

    hits: tuple[Hit, ...]
    strong: bool

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories found, sorted."""
        return tuple(sorted({hit.category for hit in self.hits}))


@cache
def load_patterns(path: Path | None = None) -> Patterns:
    """Read and compile a pattern file; `None` is the one that comes with Unmask.

    Raises:
        BadInput: The file can't be read or does not fit; names file, line and pattern.
    """
    source = path or Path(__file__).with_name("patterns.yaml")
    file = read_yaml(source, _PatternFile)
    terms = file.terms
    return Patterns(
        digest=hashlib.sha256(file.model_dump_json().encode()).hexdigest()[:16],
        categories=file.categories,
        patterns=file.patterns,
        regexes=tuple(_compile(p.id, p.regex, terms) for p in file.patterns),
        vetoes=tuple((v, _compile(v.id, v.regex, terms)) for v in file.vetoes),
        contrast=_compile("contrast", file.contrast, terms),
    )


def scan_text(patterns: Patterns, text: str) -> Hits:
    """Find every pattern in a text, sentence by sentence, in time linear in its length.

    Call it on the reasoning and on the visible reply separately. A match that is negated,
    refused, quoted, fictional or asked as a question is left out.
    """
    plain = _plain(text)
    quoted: list[tuple[int, int]] | None = None
    hits: list[Hit] = []
    for pattern, regex in zip(patterns.patterns, patterns.regexes, strict=True):
        for start, end in _matches(regex, pattern.words, plain):
            if quoted is None:
                quoted = _quotations(text)
            if _within(quoted, start, end) or _vetoed(patterns, pattern, plain, start, end):
                continue
            hits.append(Hit(pattern.category, pattern.id, start, end, text[start:end]))
    hits.sort(key=lambda hit: (hit.start, hit.end, hit.pattern))
    return Hits(tuple(hits), _strong(patterns, hits) and not _turned_down(patterns, plain))


_TERM = re.compile(r"<([a-z_]+)>")
_UNBOUNDED = re.compile(r"(?<!\\)(?:[*+]|\{\d*,\})")
_CLASS = re.compile(r"\[(?:\\.|[^\]\\])*\]")
_CLASS_OR_SPACE = re.compile(rf"{_CLASS.pattern}| (?![{{?])")


def _compile(name: str, regex: str, terms: dict[str, str]) -> re.Pattern[str]:
    expanded = regex
    for term in reversed(terms):
        expanded = expanded.replace(f"<{term}>", f"(?:{terms[term]})")
    unknown = _TERM.search(expanded)
    if unknown is not None:
        known = ", ".join(sorted(terms))
        raise ValueError(f"{name}: unknown term {unknown[0]}, expected one of {known}")
    found = _UNBOUNDED.search(_CLASS.sub("x", expanded))
    if found is not None:
        raise ValueError(
            f"{name}: '{found[0]}' repeats without end; give a bound such as {{0,40}}, "
            "so that matching stays linear"
        )
    # Emphasis marks become spaces, so one written space stands for a few.
    spaced = _CLASS_OR_SPACE.sub(lambda m: m[0] if m[0] != " " else " {1,4}", expanded)
    try:
        return re.compile(spaced, re.MULTILINE)
    except re.error as error:
        raise ValueError(f"{name}: not a regular expression: {error}") from None


def _matches(
    regex: re.Pattern[str], words: tuple[str, ...], plain: str
) -> Iterator[tuple[int, int]]:
    """Match only in the sentences that hold one of the words."""
    present = [(plain.find(word), word) for word in words if word in plain]
    heapify(present)
    done = 0
    while present:
        at, word = present[0]
        if at >= done:
            start = plain.rfind("\n", done, at) + 1 or done
            end = plain.find("\n", at)
            done = end if end >= 0 else len(plain)
            for match in regex.finditer(plain, start, done):
                yield match.span()
        following = plain.find(word, max(at + 1, done))
        if following < 0:
            heappop(present)
        else:
            heapreplace(present, (following, word))


_BREAK = re.compile(
    r"(?:(?<=[.!?…])|(?<=[.!?…][\"')\]*”’]))"
    r"(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bvs\.)(?<!\bcf\.)(?<!\bapprox\.)(?<!\bDr\.)(?<!\bMr\.)"
    r"(?<!\bMs\.)[ \t]|\n"
)
_SOFT_WRAP_AT = 40
_SAME_LENGTH = str.maketrans(
    {chr(c): chr(c + 32) for c in range(ord("A"), ord("Z") + 1)}
    | dict.fromkeys("“”„«»", '"')
    | dict.fromkeys("‘’", "'")
    | dict.fromkeys("*`\t\r\xa0\u202f", " ")
    | {"‑": "-", "–": "-", "—": "-"}
)


def _plain(text: str) -> str:
    """Lower case, plain quotes, and a line feed exactly between sentences; same length."""

    def separator(match: re.Match[str]) -> str:
        at = match.start()
        if match[0] != "\n":
            return "\n"
        after = text[at + 1 : at + 2]
        line = text[max(0, at - _SOFT_WRAP_AT) : at]
        wrapped = len(line) == _SOFT_WRAP_AT and "\n" not in line
        goes_on = (line[-1:].isalnum() or line[-1:] == ",") and after.islower()
        return " " if wrapped and goes_on else "\n"

    return _BREAK.sub(separator, text).translate(_SAME_LENGTH)


_QUOTATION = re.compile(r'"[^"\n]{2,400}"|(?<![\w\'])\'(?:[^\'\n]|(?<=\w)\'(?=\w)){2,400}\'(?!\w)')


def _quotations(text: str) -> list[tuple[int, int]]:
    """Spans in quotation marks, in order; a quotation may hold sentences but ends with its line."""
    return [match.span() for match in _QUOTATION.finditer(text.translate(_SAME_LENGTH))]


def _within(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    at = bisect_right(spans, (start, end)) - 1
    return at >= 0 and end <= spans[at][1]


def _vetoed(patterns: Patterns, pattern: Pattern, plain: str, start: int, end: int) -> bool:
    left = plain[max(0, start - CONTEXT) : start]
    left = left[left.rfind("\n") + 1 :]
    right = plain[end : end + CONTEXT].partition("\n")[0]
    left = left[max((m.end() for m in patterns.contrast.finditer(left)), default=0) :]
    found = patterns.contrast.search(right)
    right = right[: found.start()] if found else right
    places = {"before": left, "around": f"{left}…{right}"}
    if not pattern.negated:
        places["inside"] = plain[start:end]
        places["heading"] = _heading(plain, start)
    return any(
        veto.where in places and regex.search(places[veto.where]) for veto, regex in patterns.vetoes
    )


_ITEM = re.compile(r"\s{0,12}(?:[-+•]|\d{1,2}[.)]|[✅❌])\s")
_HEADING = re.compile(r"[^\n:]{3,200}:$", re.MULTILINE)


def _heading(plain: str, start: int) -> str:
    """The line that opens the list which holds this place; empty outside of lists."""
    line = plain.rfind("\n", max(0, start - CONTEXT), start) + 1
    if not (_ITEM.match(plain, line) or _ITEM.match(plain, max(0, line - 4))):
        return ""
    before = plain[max(0, line - 3 * CONTEXT) : line]
    headings = _HEADING.findall(before.replace(" \n", "\n"))
    return str(headings[-1]) if headings else ""


def _turned_down(patterns: Patterns, plain: str) -> bool:
    return any(veto.where == "text" and regex.search(plain) for veto, regex in patterns.vetoes)


def _strong(patterns: Patterns, hits: list[Hit]) -> bool:
    counted = {category.id for category in patterns.categories if category.strong}
    suggestive = {pattern.id for pattern in patterns.patterns if pattern.suggestive}
    alone = {pattern.id for pattern in patterns.patterns if pattern.alone}
    chosen = [h for h in hits if h.category in counted and h.pattern not in suggestive]
    if any(hit.pattern in alone for hit in chosen):
        return True
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for hit in chosen:
        first[hit.category] = min(first.get(hit.category, hit.end), hit.end)
        last[hit.category] = max(last.get(hit.category, hit.start), hit.start)
    return any(first[a] <= last[b] for a in first for b in last if a != b)
