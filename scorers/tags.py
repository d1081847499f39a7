"""Reasoning that stands in the text between tags: `<think>…</think>` and its relatives. Pure.

A tag either *counts* (the model thinks between it and its partner) or is *mentioned* (the model
talks about it). Both errors cost: a mention that counts takes words out of the reply, a thought
that does not count puts them into it. The rule, in full:

An opening tag is mentioned if it stands in code (a closed fence or closed backticks), directly
after a quotation mark, or in mid-line without sign of opening anything there: it is followed by a
space or punctuation, and is neither next to a closing tag nor at the end of a sentence with a
partner to come. Every other opening tag counts; the one that starts the text always does.

A closing tag is mentioned if quotation marks or backticks hug it on both sides, or if it belongs to
a mentioned opening tag on its line or in its code. One without any opening tag is also mentioned if
it stands in inline code, or between spaces in the middle of a sentence.

A block runs from a counting opening tag to its partner, nested blocks included. Without a partner
it ends at the next closing tag of its name, else of any name (`<think>…</thinking>`), else it was
cut off and everything after it is reasoning. A closing tag without an opening one, before any
block, means that the chat template opened the block: everything before it is reasoning. Later ones
are stray and are dropped.

Every step is linear in the text, up to a logarithm.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from unmask.scorers.codespans import Code


@dataclass(frozen=True, slots=True)
class Piece:
    """One stretch of reasoning.

    Attributes:
        text: What was shown of it; empty if nothing was.
        shown: `full` text, a `summary`, or `hidden`: it took place and was withheld.
        prompted: Whether it stands in a scratchpad that the prompt asked for. Such text says
            nothing about the reasoning tokens that a provider counts.
    """

    text: str
    shown: Literal["full", "summary", "hidden"] = "full"
    prompted: bool = False


def split_tags(text: str) -> tuple[tuple[Piece, ...], str]:
    """Split a text into the blocks of reasoning and what is left to see.

    Returns:
        The blocks in order, and the visible rest: the text itself if no tag counts, else its parts
        without surrounding white space, a blank line between them.
    """
    tags = list(_tags(text))
    if not tags:
        return (), text
    return _cut(text, _Pairing(text, tags, Code(text)))


def join(parts: Sequence[str]) -> str:
    """Join parts with a blank line, without surrounding white space and without empty ones."""
    return "\n\n".join(stripped for part in parts if (stripped := part.strip()))


_QUOTES = "\"'`“”‘’«»"
_SENTENCE_ENDS = ".!?…。！？"
_PROMPTED = ("scratchpad", "scratchpad_reasoning")

# Quantifiers before a repeated part are possessive: no text makes the match backtrack. Attributes
# must look like attributes, so that "<thinking about it>" is no tag. The last two lines are
# Magistral's and Kimi's tags and Gemma 4's thought channel.
_TAG = re.compile(
    r"""
    < \s?+ (?P<slash>/?) \s?+
      (?P<name>think|thinking|thoughts?|reasoning|scratchpad|scratchpad_reasoning|seed:think)
      (?P<attributes>(?:\s++[\w:-]++\s?+=\s?+(?:"[^"]*+"|'[^']*+'|[^\s<>"']++))*+)
      \s*+ (?P<empty>/?) >
    | (?P<opens>(?-i:\[THINK\])|◁think▷|<\|channel>thought\b)
    | (?P<closes>(?-i:\[/THINK\])|◁/think▷|<channel\|>)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_REDACTED = re.compile(r"""\sredacted=["']?true\b""")


class _Tag(NamedTuple):
    start: int
    end: int
    name: str
    opens: bool
    redacted: bool


def _tags(text: str) -> Iterator[_Tag]:
    for match in _TAG.finditer(text):
        if match["empty"]:
            continue
        name = match["name"].lower() if match["name"] else "special"
        opens = bool(match["opens"] or (match["name"] and not match["slash"]))
        redacted = bool(match["attributes"] and _REDACTED.search(match["attributes"]))
        yield _Tag(match.start(), match.end(), name, opens, redacted)


class _Pairing:
    """Which tags count, and where the block of each opening tag ends."""

    def __init__(self, text: str, tags: list[_Tag], code: Code) -> None:
        self.tags = tags
        self._text = text
        self._code = code
        self._mentioned: set[int] = set()
        self._partner: dict[int, int] = {}
        self._lone: list[int] = []
        self._closers: dict[str, list[int]] = {}
        self._pair()

    def counts(self, number: int) -> bool:
        """Whether a tag opens or closes reasoning, rather than being talked about."""
        tag = self.tags[number]
        if number in self._mentioned:
            return False
        if tag.opens:
            # What still stands apart here follows a sentence, and opens only what is also closed.
            return not self._detached(number) or self.block_end(number) is not None
        return not self._lone_mention(tag)

    def block_end(self, opener: int) -> int | None:
        """Return the number of the tag that closes a block, or None if it was cut off."""
        if opener in self._partner:
            return self._partner[opener]
        for candidates in (self._closers.get(self.tags[opener].name, []), self._lone):
            index = bisect_right(candidates, opener)
            if index < len(candidates):
                return candidates[index]
        return None

    def partner(self, opener: int) -> int:
        """Return the number of an opening tag's own closing tag, or of itself if it has none."""
        return self._partner.get(opener, opener)

    def _pair(self) -> None:
        waiting: dict[str, list[int]] = {}
        reach: dict[str, int] = {}
        line_end = -1
        for number, tag in enumerate(self.tags):
            if tag.opens:
                if not self._mentions(number):
                    waiting.setdefault(tag.name, []).append(number)
                    continue
                self._mentioned.add(number)
                if line_end < tag.end:
                    line_end = _line_end(self._text, tag.end)
                reach[tag.name] = max(line_end, self._code.fence_end(tag.start) or 0)
            elif self._hugged(tag):
                self._mentioned.add(number)
            else:
                self._closers.setdefault(tag.name, []).append(number)
                if tag.start <= reach.pop(tag.name, -1):
                    self._mentioned.add(number)
                elif waiting.get(tag.name):
                    self._partner[waiting[tag.name].pop()] = number
                else:
                    self._lone.append(number)

    def _mentions(self, number: int) -> bool:
        start = self.tags[number].start
        if start in self._code or self._after_opening_quote(start):
            return True
        return self._detached(number) and _last_on_line(self._text, start) not in _SENTENCE_ENDS

    def _detached(self, number: int) -> bool:
        """Whether an opening tag stands in mid-line, with no word or new line right after it."""
        opener = self.tags[number]
        if not _last_on_line(self._text, opener.start) or self._follows_closer(number):
            return False
        after = self._text[opener.end : opener.end + 1]
        return after != "\n" and not after.isalnum()

    def _follows_closer(self, number: int) -> bool:
        if number == 0 or self.tags[number - 1].opens:
            return False
        return not self._text[self.tags[number - 1].end : self.tags[number].start].strip()

    def _hugged(self, closer: _Tag) -> bool:
        after = self._text[closer.end : closer.end + 1]
        return after != "" and after in _QUOTES and self._after_opening_quote(closer.start)

    def _after_opening_quote(self, position: int) -> bool:
        """Whether a quotation opens right here, unlike one that just ended: `"yes"</think>`."""
        if position == 0 or self._text[position - 1] not in _QUOTES:
            return False
        before = self._text[position - 2] if position > 1 else " "
        return before.isspace() or before in _QUOTES or before in "([{"

    def _lone_mention(self, closer: _Tag) -> bool:
        if self._code.inline_end(closer.start) is not None:
            return True
        before = _last_on_line(self._text, closer.start)
        return (
            before != ""
            and before not in _SENTENCE_ENDS
            and self._text[closer.start - 1].isspace()
            and _more_on_line(self._text, closer.end)
        )


def _cut(text: str, pairing: _Pairing) -> tuple[tuple[Piece, ...], str]:
    tags = pairing.tags
    pieces: list[Piece] = []
    visible: list[str] = []
    position = number = 0
    touched = False
    while number < len(tags):
        tag = tags[number]
        if not pairing.counts(number):
            number += 1
            continue
        touched = True
        if tag.opens:
            visible.append(text[position : tag.start])
            last = _block_last(pairing, number)
            inside_end = len(text) if last is None else tags[last].start
            pieces.append(_piece(tag, text[tag.end : inside_end]))
            position = len(text) if last is None else tags[last].end
            number = len(tags) if last is None else last
        else:
            before = text[position : tag.start]
            if pieces:
                visible.append(before)
            else:
                pieces.append(Piece(before.strip(), prompted=tag.name in _PROMPTED))
            position = tag.end
        number += 1
    if not touched:
        return (), text
    visible.append(text[position:])
    return tuple(pieces), join(visible)


def _block_last(pairing: _Pairing, opener: int) -> int | None:
    """Follow blocks that begin inside this one and end after it, to the last closing tag."""
    last = pairing.block_end(opener)
    if last is None:
        return None
    number = opener + 1
    while number < last:
        last = max(last, pairing.partner(number))
        number += 1
    return last


def _piece(opener: _Tag, inside: str) -> Piece:
    prompted = opener.name in _PROMPTED
    if not opener.redacted:
        return Piece(inside.strip(), prompted=prompted)
    # Inspect writes withheld reasoning into text as <think redacted="true">, with the summary, if
    # there is one, in front of the provider's opaque bytes.
    head, closing, _ = inside.lstrip().removeprefix("<summary>").partition("</summary>")
    if closing and head.strip():
        return Piece(head.strip(), "summary", prompted)
    return Piece("", "hidden", prompted)


def _last_on_line(text: str, position: int) -> str:
    """Return the last character before a position on its line that is no space, or ''."""
    position -= 1
    while position >= 0 and text[position] in " \t":
        position -= 1
    return "" if position < 0 or text[position] in "\r\n" else text[position]


def _more_on_line(text: str, position: int) -> bool:
    while position < len(text) and text[position] in " \t\r":
        position += 1
    return position < len(text) and text[position] != "\n"


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end
