"""Logs of other people's evals: any score that can be read as a rate → rows of the table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from unmask.errors import BadInput
from unmask.results.checkpoints import name_checkpoints
from unmask.results.headers import header_notes
from unmask.results.logs import Log, planned
from unmask.results.merge import Look, merge, sample_uuid
from unmask.results.own import costs
from unmask.results.scores import raw_value, read_value, score_names, unreadable, wanted
from unmask.results.summaries import Summary
from unmask.results.table import FOREIGN, UNKNOWN, Row
from unmask.text import safe_text

CLUSTER_FIELDS = ("cluster", "scenario")
"""Sample metadata that names the cluster; without it each sample id is its own, epochs nested."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """How to read foreign logs."""

    score: str
    """Score name, `name/key` of a dict score or of a score's metadata, or `*` for every score."""
    misaligned: str | None = None
    """The value that counts as the event; None reads 1, C, yes and true as the event."""
    checkpoint_by: str | None = None
    """See `checkpoints.name_checkpoints`."""


@dataclass(frozen=True, slots=True)
class ForeignRows:
    """Rows, and what a reader should be told about them."""

    rows: list[Row]
    superseded: int
    notes: list[str]


def foreign_rows(logs: Sequence[Log], how: Foreign) -> ForeignRows:
    """Turn foreign logs into rows, one for each sample and score.

    Raises:
        BadInput: No log has the score, it can't be read as a rate, or the logs' checkpoints can't
            be told apart.
    """
    names = {log.name: wanted(log, how.score) for log in logs}
    used = [log for log in logs if names[log.name]]
    notes = [
        f"{log.name}: holds no score {safe_text(how.score)!r}; left out"
        for log in logs
        if not names[log.name]
    ]
    if not used:
        seen = sorted({name for log in logs for name in score_names(log)})
        there = ", ".join(safe_text(name, 60) for name in seen[:12])
        raise BadInput(f"no log holds score {how.score!r}; there are: {there or 'none at all'}")
    readable = _readable(used, names, how, notes)
    labels = name_checkpoints(used, how.checkpoint_by)
    arms = _arms(used)
    looks: list[Look] = []
    for log, label, arm in zip(used, labels, arms, strict=True):
        looks += _looks(log, label, arm)
    chosen, superseded = merge(looks)
    rows: list[Row] = []
    for copies in chosen:
        for name in dict.fromkeys(name for copy in copies for name in names[copy.log.name]):
            if name in readable:
                held = [copy for copy in copies if name in names[copy.log.name]]
                read = [_row(copy, name, how.misaligned) for copy in held]
                rows.append(next((row for row in read if row.value is not None), read[0]))
    for log in used:
        for name in names[log.name]:
            notes += header_notes(log, name, how.misaligned) if name in readable else []
        notes += _short_replies(log)
    return ForeignRows(rows, superseded, notes)


def _readable(
    logs: Sequence[Log], names: dict[str, list[str]], how: Foreign, notes: list[str]
) -> set[str]:
    """Choose the scores that can be read; name the others, and refuse where none is left."""
    values: dict[str, list[Any]] = {}
    for log in logs:
        for name in names[log.name]:
            held = values.setdefault(name, [])
            held += (raw_value(summary, name)[0] for summary in log.summaries)
    readable = set()
    for name, held in values.items():
        why = unreadable(held, how.misaligned)
        if why is None:
            readable.add(name)
        else:
            notes.append(f"score {safe_text(name)!r} can't be read as a rate: {why}")
    if not readable:
        raise BadInput("; ".join(note for note in notes if note.startswith("score ")))
    if how.misaligned is not None and not any(
        read_value(value, None, how.misaligned).value == 1
        for name in readable
        for value in values[name]
    ):
        seen = sorted({safe_text(str(value), 30) for name in readable for value in values[name]})
        notes.append(
            f"no sample holds {safe_text(how.misaligned)!r}, so every scored one counts as 0; "
            f"seen: {', '.join(seen[:8])}"
        )
    return readable


def _arms(logs: Sequence[Log]) -> list[str]:
    """Name what differs in how logs of one task were run: arguments, sampling, solver."""
    asked = [_conditions(log) for log in logs]
    arms = []
    for log, mine in zip(logs, asked, strict=True):
        peers = [
            each
            for other, each in zip(logs, asked, strict=True)
            if other.header.eval.task == log.header.eval.task
        ]
        keys = sorted({key for each in peers for key in each})
        differ = [key for key in keys if len({each.get(key) for each in peers}) > 1]
        arms.append(", ".join(f"{key}={mine.get(key, 'null')}" for key in differ) or "baseline")
    return arms


def _conditions(log: Log) -> dict[str, str]:
    spec = log.header.eval
    sampling = spec.model_generate_config.model_dump(mode="json", exclude_none=True)
    every = {**spec.task_args, **sampling, "solver": [spec.solver, spec.solver_args]}
    return {key: json.dumps(value, sort_keys=True, default=str) for key, value in every.items()}


def _looks(log: Log, checkpoint: str, arm: str) -> list[Look]:
    """Every sample of a log, and an empty look for each that it planned and does not hold."""
    spec = log.header.eval
    held = {(str(summary.id), summary.epoch): summary for summary in log.summaries}
    owed = {
        (sample_id, epoch): Summary(id=sample_id, epoch=epoch) for sample_id, epoch in planned(log)
    }
    return [
        Look(
            log,
            summary,
            checkpoint,
            spec.task,
            arm,
            (checkpoint, spec.task, arm, spec.task_id, *place),
            sample_uuid(log, summary),
            ran=place in held,
        )
        for place, summary in (owed | held).items()
    ]


def _row(look: Look, name: str, event: str | None) -> Row:
    spec, summary = look.log.header.eval, look.summary
    value: float | None = None
    missing: str | None
    if summary.error:
        missing = "error"
    elif not look.ran:
        missing = "not_run"
    else:
        raw, reason = raw_value(summary, name)
        read = read_value(raw, reason, event)
        value, missing = read.value, read.missing
    cluster = next(
        (str(summary.metadata[field]) for field in CLUSTER_FIELDS if field in summary.metadata),
        str(summary.id),
    )
    return Row(
        log=look.log.name,
        sample_uuid=look.uuid,
        simulated=False,
        checkpoint=look.checkpoint,
        run=None,
        step=None,
        model=spec.model,
        config=look.log.config,
        eval=look.eval,
        version=str(spec.task_version),
        asks="",
        family=FOREIGN,
        style=UNKNOWN,
        arm=look.arm,
        thinking=UNKNOWN,
        role="test",
        scenario=cluster,
        item=_digest(str(summary.id)),
        epoch=summary.epoch,
        value=value,
        missing=missing,
        judge=name,
        reads=event or "1",
        **costs(spec.model, summary),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _short_replies(log: Log) -> list[str]:
    """Point at replies that may not exist: one token at most, where most replies are long."""
    model = log.header.eval.model
    tokens = [summary.tokens[model].output for summary in log.summaries if model in summary.tokens]
    short = sum(count <= 1 for count in tokens)
    if not short or median(tokens) < 10:
        return []
    return [
        f"{log.name}: {short} of {len(tokens)} samples have at most one output token; "
        "if their replies are empty, their scores judge nothing"
    ]
