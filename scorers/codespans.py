"""Where a text holds Markdown code, so that a tag in an example is not taken for a tag. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right


class Code:
    """Where a text holds code: closed fences, and closed backticks within a line."""

    def __init__(self, text: str) -> None:
        self._fences = _fences(text)
        self._inline = _inline(text)

    def fence_end(self, position: int) -> int | None:
        """Return the end of the fence around a position, or None."""
        return _span_end(self._fences, position)

    def inline_end(self, position: int) -> int | None:
        """Return the end of the backticks around a position, or None."""
        return _span_end(self._inline, position)

    def __contains__(self, position: int) -> bool:
        return self.fence_end(position) is not None or self.inline_end(position) is not None


_FENCE = re.compile(r"^ {0,3}+(`{3,}+(?=[^`\n]*+$)|~{3,}+)([^\n]*+)$", re.MULTILINE)
_BACKTICKS = re.compile(r"`++|\n")


def _fences(text: str) -> list[tuple[int, int]]:
    lines = list(_FENCE.finditer(text))
    bare: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        if not line[2].strip():
            bare.setdefault(line[1][0], []).append(number)
    spans: list[tuple[int, int]] = []
    number = 0
    while number < len(lines):
        closing = bare.get(lines[number][1][0], [])
        index = bisect_right(closing, number)
        if index < len(closing):
            spans.append((lines[number].start(), lines[closing[index]].end()))
            number = closing[index]
        number += 1
    return spans


def _inline(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    opened: dict[int, int] = {}
    for match in _BACKTICKS.finditer(text):
        if match[0] == "\n":
            opened.clear()
        elif (start := opened.get(len(match[0]))) is not None:
            spans.append((start, match.end()))
            opened.clear()
        else:
            opened[len(match[0])] = match.start()
    return spans


def _span_end(spans: list[tuple[int, int]], position: int) -> int | None:
    index = bisect_left(spans, (position, position)) - 1
    if index >= 0 and spans[index][0] <= position < spans[index][1]:
        return spans[index][1]
    return None
