"""The patterns alone, over any logs or JSON lines: no judge, no labels."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from inspect_ai.log import EvalSample, read_eval_log
from inspect_ai.model import ChatMessageAssistant

from unmask.errors import BadInput
from unmask.results.logs import find_logs, quiet
from unmask.scorers.channels import split, transcript_visibility
from unmask.scorers.patterns import Hit, Patterns, scan_text
from unmask.text import safe_text

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Text:
    """One text to scan.

    Attributes:
        id: Of the sample or record that it belongs to.
        part: `reasoning` or `reply` in logs, the field's name in JSON lines.
        text: The text; empty where the reasoning was not shown.
        visibility: How far reasoning was shown; `unknown` in JSON lines.
    """

    id: str
    part: str
    text: str
    visibility: str


@dataclass(frozen=True, slots=True)
class Found:
    """The hits in one text."""

    id: str
    part: str
    categories: tuple[str, ...]
    strong: bool
    spans: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan saw.

    Attributes:
        scanned: Texts that there were to scan.
        empty: Texts without a word, among them reasoning that nobody could see: nothing was
            found there because nothing was shown, which is not the same as clean.
        hits: Texts in which something was found.
        shown: Part and visibility → texts, those with any hit, those with the strong flag.
        unread: One line for each file or record that could not be read.
    """

    scanned: int
    empty: int
    hits: tuple[Found, ...]
    shown: dict[tuple[str, str], tuple[int, int, int]]
    unread: tuple[str, ...]


def scan(texts: Iterable[Text], patterns: Patterns, unread: Iterable[str] = ()) -> Scan:
    """Scan texts one by one; `unread` names what could not be read and is passed on."""
    hits: list[Found] = []
    totals: Counter[tuple[str, str]] = Counter()
    flagged: Counter[tuple[str, str]] = Counter()
    strong: Counter[tuple[str, str]] = Counter()
    empty = 0
    for text in texts:
        key = (text.part, text.visibility)
        totals[key] += 1
        if not text.text.strip():
            empty += 1
            continue
        found = scan_text(patterns, text.text)
        if found.hits:
            hits.append(Found(text.id, text.part, found.categories, found.strong, found.hits))
            flagged[key] += 1
            strong[key] += found.strong
    shown = {key: (totals[key], flagged[key], strong[key]) for key in sorted(totals)}
    return Scan(sum(totals.values()), empty, tuple(hits), shown, tuple(unread))


def to_json(made: Scan) -> dict[str, Any]:
    """Return what `unmask scan --json` prints."""
    return {
        "schema": SCHEMA,
        "scanned": made.scanned,
        "empty": made.empty,
        "hits": [
            {
                "id": each.id,
                "part": each.part,
                "categories": list(each.categories),
                "strong": each.strong,
                "spans": [asdict(span) for span in each.spans],
            }
            for each in made.hits
        ],
        "unread": list(made.unread),
    }


def log_texts(path: Path, unread: list[str]) -> Iterator[Text]:
    """Yield reasoning and reply of every sample of a log, or of every log below a folder.

    A log that can't be read adds a line to `unread` and the others are read.

    Raises:
        BadInput: There is no log.
    """
    root = path if path.is_dir() else path.parent
    for file in find_logs(path):
        name = safe_text(file.relative_to(root).as_posix())
        try:
            with quiet():
                log = read_eval_log(str(file), resolve_attachments="core")
        except Exception as error:  # a foreign file can break a reader in any way
            unread.append(f"{name}: not a readable Inspect log ({type(error).__name__})")
            continue
        for sample in log.samples or []:
            yield from _sample_texts(f"{name}:{sample.id}:{sample.epoch}", sample)


def line_texts(path: Path, fields: tuple[str, ...], unread: list[str]) -> Iterator[Text]:
    """Yield fields of every record of a JSON-lines file.

    A record's id is its `id`, or its line number. A line that is no JSON object, or lacks a field,
    adds a line to `unread`; a field that is null or empty is scanned as empty.

    Raises:
        BadInput: The file can't be read.
    """
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield from _record_texts(f"{path.name}:{number}", number, line, fields, unread)
    except OSError as error:
        raise BadInput(f"can't read {path}: {error.strerror or error}") from None


def _sample_texts(identity: str, sample: EvalSample) -> Iterator[Text]:
    own = [
        m for m in sample.messages if isinstance(m, ChatMessageAssistant) and m.source != "input"
    ]
    last = sample.output.usage.reasoning_tokens if sample.output.usage else None
    channels = [
        split(message, reasoning_tokens=last if message is own[-1] else None) for message in own
    ]
    visibility = transcript_visibility(channels)
    for part in ("reasoning", "reply"):
        texts = [c.reasoning if part == "reasoning" else c.visible for c in channels]
        yield Text(identity, part, "\n\n".join(text for text in texts if text), visibility)


def _record_texts(
    where: str, number: int, line: str, fields: tuple[str, ...], unread: list[str]
) -> Iterator[Text]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        unread.append(f"{where}: not valid JSON")
        return
    if not isinstance(record, dict):
        unread.append(f"{where}: expected an object, found {type(record).__name__}")
        return
    for field in fields:
        value = record.get(field, _NOTHING)
        if value is _NOTHING:
            known = safe_text(", ".join(map(str, list(record)[:8])))
            unread.append(f"{where}: no field '{field}'; there are: {known}")
        elif value is None or isinstance(value, str):
            yield Text(str(record.get("id", number)), field, value or "", "unknown")
        else:
            unread.append(f"{where}: '{field}' is {type(value).__name__}, expected a text")


_NOTHING = object()
