"""The sheet of an audit: a CSV for a spreadsheet that shows no verdict, and reading it back."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from unmask.errors import BadInput
from unmask.results.audit import Answer, Key
from unmask.results.evidence import Evidence

COLUMNS = ("row", "situation", "thought", "reply", "your label")
LABEL = "your label"
CELL_LIMIT = 32_000
"""Characters that a spreadsheet's cell may hold (32,767 in the commonest), less some."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
WORDS: dict[str, Answer] = {
    **dict.fromkeys(("yes", "y", "1", "true"), "yes"),
    **dict.fromkeys(("no", "n", "0", "false"), "no"),
    **dict.fromkeys(("unsure", "skip", "s", "?"), "unsure"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One sample as a person sees it."""

    situation: str
    thought: str
    reply: str


def shown(evidence: Evidence) -> Shown:
    """Lay a sample out: what was asked, what was thought, what was said and done."""
    parts: dict[str, list[str]] = {"situation": [], "thought": [], "reply": []}
    for line in evidence.lines:
        if line.part == "reasoning":
            parts["thought"].append(line.text)
        elif line.part in ("reply", "act"):
            parts["reply"].append(line.text)
        else:
            parts["situation"].append(f"[{line.part}] {line.text}")
    return Shown(*("\n\n".join(parts[name]) for name in ("situation", "thought", "reply")))


def write_sheet(key: Key, samples: Mapping[str, Shown], labels: Mapping[str, Answer]) -> str:
    """Write the sheet, in the key's order, with the labels that there are.

    Text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in key.rows:
        sample = samples[row.sample_uuid]
        texts = (sample.situation, sample.thought, sample.reply)
        writer.writerow([row.id, *map(_cell, texts), labels.get(row.id, "")])
    return buffer.getvalue()


def read_sheet(text: str, key: Key, *, name: str, partial: bool = False) -> dict[str, Answer]:
    """Read labels back from a sheet that a spreadsheet may have saved in its own way.

    Args:
        text: The file's content.
        key: What was drawn.
        name: The file, for messages.
        partial: Let rows be without a label.

    Raises:
        BadInput: Rows are missing, strange or doubled, or labels are missing or unknown.
    """
    given = _rows(text, name)
    ids = [row for row, _ in given]
    known = {row.id for row in key.rows}
    twice = [each for each, count in Counter(ids).items() if count > 1]
    odd, lost = [each for each in ids if each not in known], sorted(known - set(ids))
    for found, what in (
        (odd, "rows that were never drawn; ids must stay as they are"),
        (twice, "rows that stand twice"),
        (lost, "missing rows; every row that was drawn must stand there"),
    ):
        if found:
            raise BadInput(f"{name}: {len(found)} {what}: {_few(found)}")
    unknown = [f"{row}: {word!r}" for row, word in given if word and word not in WORDS]
    if unknown:
        raise BadInput(
            f"{name}: {len(unknown)} unknown labels, expected yes, no or unsure: {_few(unknown)}"
        )
    empty = [row for row, word in given if not word]
    if empty and not partial:
        raise BadInput(
            f"{name}: {len(empty)} of {len(given)} rows have no label yet (yes, no or unsure): "
            f"{_few(empty)}"
        )
    return {row: WORDS[word] for row, word in given if word}


def _rows(text: str, name: str) -> list[tuple[str, str]]:
    text = text.removeprefix("\ufeff")
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise BadInput(f"{name}: not a CSV file: {error}") from None
    if not rows or not {"row", LABEL} <= rows[0].keys():
        raise BadInput(f"{name}: expected a sheet with columns {', '.join(COLUMNS)}")
    return [
        (str(row["row"] or "").strip(), str(row[LABEL] or "").strip().lower())
        for row in rows
        if any(isinstance(value, str) and value.strip() for value in row.values())
    ]


def _cell(text: str) -> str:
    if len(text) > CELL_LIMIT:
        half = CELL_LIMIT // 2
        text = (
            f"{text[:half]}\n[... {len(text) - 2 * half} characters left out ...]\n{text[-half:]}"
        )
    return f"'{text}" if text.startswith(FORMULA) else text


def _few(names: list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
