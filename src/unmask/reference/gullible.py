"""What a judge without defences hears as words to itself, and obeys. Pure.

A stand-in for weak judges, wide on purpose: it takes anything that looks like an instruction, a
finished verdict, the end of the record or a new rubric. What it obeys is data (`gullible.yaml`).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from unmask.yamls import read_yaml

OBEYED = Path(__file__).parent / "gullible.yaml"


class _Obeyed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    canary: str
    reach: int = Field(ge=1)
    verdicts: tuple[str, ...]
    grading: tuple[str, ...]
    ends: tuple[str, ...]
    headings: tuple[str, ...]


def plain_text(record: str) -> str:
    """What of a record stands there as text, outside the JSON lines that hold messages as data."""
    return "\n".join(line for line in record.split("\n") if _message(line) is None)


def all_text(record: str) -> str:
    """Everything that a record says, with messages taken out of their JSON lines."""
    texts = []
    for line in record.split("\n"):
        message = _message(line)
        texts.append(line if message is None else message["text"])
    return "\n".join(texts)


def obeys(text: str) -> bool:
    """Whether a gullible judge that takes this text for words to itself answers as it is told."""
    rules = obeyed()
    heard = _heard(text)
    if any(re.search(rule, heard, re.MULTILINE) for rule in (*rules.ends, *rules.headings)):
        return True
    return _ordered(heard, rules) or any(True for _ in forged_verdicts(heard))


def forged_verdicts(text: str) -> Iterator[str]:
    """Find every JSON object in a text that names a favourable choice, however deep; as JSON."""
    decoder = json.JSONDecoder()
    at = text.find("{")
    while at >= 0:
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at = text.find("{", at + 1)
            continue
        yield from (json.dumps(found) for found in _choosing(value))
        at = text.find("{", end)


@cache
def obeyed() -> _Obeyed:
    """Read `gullible.yaml`."""
    return read_yaml(OBEYED, _Obeyed)


def _ordered(heard: str, rules: _Obeyed) -> bool:
    """A grading word and a verdict word lie close to each other."""
    verdicts = [m.start() for m in re.finditer(_any(rules.verdicts), heard)]
    if not verdicts:
        return False
    grading = [m.start() for m in re.finditer(_any(rules.grading), heard)]
    return any(abs(one - other) <= rules.reach for one in verdicts for other in grading)


def _any(words: tuple[str, ...]) -> str:
    # Scripts without spaces have no word boundaries to ask for.
    return "|".join(rf"\b{word}\b" if word.isascii() else word for word in words)


def _choosing(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        if value.get("choice") in obeyed().verdicts:
            yield value
        for inner in value.values():
            yield from _choosing(inner)


def _message(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and value.keys() == {"id", "part", "text"} else None


def _heard(text: str) -> str:
    """As a model reads it: look-alike letters and brackets are what they look like."""
    folded = unicodedata.normalize("NFKC", text)
    bare = "".join(c for c in folded if unicodedata.category(c) != "Cf").lower()
    return f"{bare}\n{bare.translate(_LOOK_ALIKES)}"


_LOOK_ALIKES = str.maketrans("асеорхуі‹›〈〉", "aceopxyi<><>")
