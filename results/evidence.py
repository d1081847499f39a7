"""The transcripts behind a count: whole samples, read from their log only when they are shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inspect_ai.log import EvalSample, read_eval_log, read_eval_log_sample
from inspect_ai.scorer import Score

from unmask.results.logs import quiet, read_logs
from unmask.results.merge import sample_uuid
from unmask.results.summaries import Name, read_names
from unmask.scorers.record import Line, find_quote
from unmask.scorers.transcript import transcript

UNUSED = {"events", "store", "events_data"}
"""Parts of a sample that hold most of its bytes and nothing that is shown."""

FLAGS = ("patterns", "injection")
"""Evidence that flags words and is no judge's finding."""


@dataclass(frozen=True, slots=True)
class Span:
    """Where quoted words stand: which line of the transcript, and start and end in its text."""

    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What one judge, in one attempt, says of a sample, and the words that it rests on."""

    reading: str
    judge: str
    reads: str
    choice: str
    """The judge's word; for a void attempt the reason that it is none."""
    means: str | None
    why: str
    quote: str
    span: Span | None
    """None where nothing was quoted or the quote is not in the transcript."""
    void: bool


@dataclass(frozen=True, slots=True)
class PatternHit:
    """Words in which a pattern was found; category `injection` is for words to the judge."""

    category: str
    part: str
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sample as it is shown to a person."""

    uuid: str
    id: str
    """The sample's id in its log, by which Inspect's viewer finds it."""
    epoch: int
    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]
    hits: tuple[PatternHit, ...]
    explanation: str
    """What a foreign scorer said; empty for our own, whose findings say it."""


def read_evidence(log: Path, uuids: Collection[str]) -> dict[str, Evidence]:
    """Read some samples of one log.

    Args:
        log: The log's file.
        uuids: Samples as the table names them.

    Returns:
        The samples that the log holds, by uuid; one that is not there, or that cannot be read any
        more, is absent.
    """
    found: dict[str, Evidence] = {}
    with quiet():
        for name in _names(log):
            if name.uuid in uuids and name.uuid not in found:
                try:
                    sample = read_eval_log_sample(
                        str(log),
                        name.id,
                        name.epoch,
                        resolve_attachments="core",
                        exclude_fields=UNUSED,
                    )
                except Exception:  # a damaged sample can break a reader in any way
                    continue
                found[name.uuid] = _evidence(name.uuid, sample)
    return found


def read_packages(logs: Iterable[Path]) -> dict[tuple[tuple[str, str], ...], int]:
    """Count the package versions that logs say they were written with; unreadable logs say none."""
    counts: dict[tuple[tuple[str, str], ...], int] = {}
    with quiet():
        for log in logs:
            try:
                packages = read_eval_log(str(log), header_only=True).eval.packages
            except Exception:  # as above
                packages = {}
            key = tuple(sorted((str(name), str(version)) for name, version in packages.items()))
            counts[key] = counts.get(key, 0) + 1
    return counts


def _names(log: Path) -> list[Name]:
    """Who the log's samples are, in the table's words."""
    quick = read_names(log)
    if quick is not None:
        return quick
    (held,), _ = read_logs(log)
    return [Name(each.id, each.epoch, sample_uuid(held, each)) for each in held.summaries]


def _is_ours(score: Score) -> bool:
    return {"judge", "reads"} <= (score.metadata or {}).keys()


def _evidence(uuid: str, sample: EvalSample) -> Evidence:
    read = transcript(sample.messages, sample.output)
    held = list((sample.scores or {}).values())
    ours = [score for score in held if _is_ours(score)]
    scores = ours or held
    entries = [
        entry
        for score in scores
        for entry in (score.metadata or {}).get("evidence", [])
        if isinstance(entry, Mapping)
    ]
    return Evidence(
        uuid=uuid,
        id=str(sample.id),
        epoch=sample.epoch,
        lines=read.full,
        findings=tuple(
            _finding(entry, read.full) for entry in entries if entry.get("reading") not in FLAGS
        ),
        hits=tuple(
            PatternHit(
                str(entry.get("category") or entry["reading"]),
                str(entry.get("part") or ""),
                str(entry.get("text") or ""),
            )
            for entry in entries
            if entry.get("reading") in FLAGS
        ),
        explanation="" if ours else "\n".join(score.explanation or "" for score in scores).strip(),
    )


def _finding(entry: Mapping[str, Any], lines: tuple[Line, ...]) -> Finding:
    failure, quote = entry.get("failure"), str(entry.get("quote") or "")
    return Finding(
        reading=str(entry.get("reading") or ""),
        judge=str(entry.get("judge") or ""),
        reads=str(entry.get("reads") or ""),
        choice=str(failure or entry.get("choice") or ""),
        means=entry.get("means"),
        why=str(entry.get("why") or entry.get("detail") or ""),
        quote=quote,
        span=_span(entry.get("span"), quote, lines),
        void=failure is not None,
    )


def _span(stored: Any, quote: str, lines: tuple[Line, ...]) -> Span | None:
    """Search the quoted words, first in the message that the judge quoted.

    The stored offsets are not relied on: a log that was edited, or was read by another version,
    may split its messages otherwise.
    """
    if not quote:
        return None
    place = (stored.get("id"), stored.get("part")) if isinstance(stored, Mapping) else None
    order = sorted(range(len(lines)), key=lambda at: (lines[at].id, lines[at].part) != place)
    for number in order:
        found = find_quote(quote, [lines[number]])
        if found is not None:
            return Span(number, found.start, found.end)
    return None
