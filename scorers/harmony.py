"""Reasoning in harmony's channels (gpt-oss), with its special tokens or after their loss. Pure.

`analysis` is reasoning. `final` and `commentary` are visible: the first is the reply, the second
what users are shown of tool use. The format is that of OpenAI's harmony guide.
"""

from __future__ import annotations

import re

from unmask.scorers.codespans import Code
from unmask.scorers.tags import Piece, join


def split_harmony(text: str) -> tuple[tuple[Piece, ...], str] | None:
    """Split a text at its channel headers.

    With special tokens, the first header must start the text or follow `<|end|>`: then the template
    opened the analysis and what stands before it is reasoning. Without them, the text must start
    with `analysis`, or hold `assistantfinal` outside code and quotation marks. Everything else is
    no harmony text, though it may speak of it.

    Returns:
        The reasoning and the visible rest, or None if the text is not in this format.
    """
    return _with_tokens(text) or _without_tokens(text)


_HEADER = re.compile(
    r"<\|channel\|>\s{0,3}(analysis|commentary|final)\b[^<\n]{0,200}+"
    r"(?:<\|constrain\|>[^<\n]{0,50}+)?(?:<\|message\|>|\Z)"
)
_ROLE = re.compile(r"<\|start\|>\s{0,3}assistant[^<\n]{0,200}+\Z")
_BODY_END = re.compile(r"<\|(?:end|return|call)\|>")
_STRIPPED = re.compile(r"assistant(analysis|commentary|final)")
_STRIPPED_START = re.compile(r"\s*analysis(?=[A-Z][a-z']*+[,:]?+\s++[A-Za-z\"'])")


def _with_tokens(text: str) -> tuple[tuple[Piece, ...], str] | None:
    headers = list(_HEADER.finditer(text))
    if not headers or headers[0].start() in Code(text):
        return None
    lead = _without_role(text[: headers[0].start()])
    body, ended, rest = _body(lead)
    if lead.strip() and (not ended or rest.strip()):
        return None
    pieces = [Piece(body.strip())] if lead.strip() else []
    visible: list[str] = []
    for number, header in enumerate(headers):
        last = number + 1 == len(headers)
        raw = text[header.end() :] if last else text[header.end() : headers[number + 1].start()]
        body, _, rest = _body(raw if last else _without_role(raw))
        if header[1] == "analysis":
            pieces.append(Piece(body.strip()))
        else:
            visible.append(body)
        visible.append(_BODY_END.sub("", rest))
    return tuple(pieces), join(visible)


def _body(text: str) -> tuple[str, bool, str]:
    end = _BODY_END.search(text)
    return (text[: end.start()], True, text[end.end() :]) if end else (text, False, "")


def _without_role(text: str) -> str:
    """Cut the role header off that stands right before a channel header."""
    start = text.rfind("<|start|>")
    return text[:start] if start >= 0 and _ROLE.match(text, start) else text


def _without_tokens(text: str) -> tuple[tuple[Piece, ...], str] | None:
    marks = list(_STRIPPED.finditer(text))
    if marks:
        code = Code(text)
        marks = [m for m in marks if m.start() not in code and not _quoted(text, m.start())]
    start = _STRIPPED_START.match(text)
    named = text.lstrip().startswith("analysis")
    if not start and not any(mark[1] == "final" for mark in marks):
        return None
    begin = text.index("analysis") + len("analysis") if named else 0
    first = marks[0].start() if marks else len(text)
    pieces = [Piece(text[begin:first].strip())]
    visible: list[str] = []
    for number, mark in enumerate(marks):
        end = marks[number + 1].start() if number + 1 < len(marks) else len(text)
        body = text[mark.end() : end]
        if mark[1] == "analysis":
            pieces.append(Piece(body.strip()))
        else:
            visible.append(body)
    return tuple(pieces), join(visible)


def _quoted(text: str, position: int) -> bool:
    return position > 0 and text[position - 1] in "\"'`“‘"
