"""Text from models and logs, made safe to print."""

from __future__ import annotations

import unicodedata


def safe_text(text: str, width: int | None = None) -> str:
    r"""Escape what could steer a terminal: control, format and bidirectional characters.

    Args:
        text: Anything, e.g. a checkpoint's name out of a log.
        width: Cut to this many characters, the last one an ellipsis.

    Returns:
        One line of visible characters; an escape character reads `\x1b`.
    """
    shown = "".join(_escape(character) for character in text)
    return shown if width is None or len(shown) <= width else shown[: width - 1] + "…"


def _escape(character: str) -> str:
    if character.isprintable() and unicodedata.category(character) not in ("Cf", "Cc", "Cs"):
        return character
    return character.encode("unicode_escape").decode("ascii")
