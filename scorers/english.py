"""Whether a text is in English: patterns know no other language. Pure."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from unmask.yamls import read_yaml

WORDS = Path(__file__).parent / "english.yaml"

FEWEST = 8
"""Words; a shorter text in Latin letters is taken for English, since nothing tells."""
COMMON = 0.1
"""Share of common words: about half in English, next to none elsewhere."""
LATIN = 0.6
"""Share of letters."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    words: str


def is_english(text: str) -> bool:
    """Tell by letters and by the commonest words; measured in `tests/scorers/test_english.py`."""
    letters = [character for character in text if character.isalpha()]
    if not letters:
        return True
    if sum(character < "\u0250" for character in letters) < LATIN * len(letters):
        return False
    words = _WORD.findall(text.lower().replace("’", "'"))
    if len(words) < FEWEST:
        return True
    return sum(word in _common() for word in words) >= COMMON * len(words)


@cache
def _common() -> frozenset[str]:
    return frozenset(read_yaml(WORDS, _Words).words.split())
