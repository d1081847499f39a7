"""Logs of our own evals, or read by our own scorer: looks at samples → rows of the table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, get_args

from unmask.battery import Promise, Promised
from unmask.results.logs import Log, planned
from unmask.results.merge import Look, merge, sample_uuid
from unmask.results.reasons import error_reason, missing_reason
from unmask.results.summaries import Given, Summary, Tokens
from unmask.results.table import UNKNOWN, Row
from unmask.scorers.labels import Conduct, Reasoning

CONDUCTS = frozenset(get_args(Conduct))
REASONINGS = frozenset(get_args(Reasoning))
SIMULATED = "reference/"
"""Inspect's prefix of the offline reference models: all that they produce is simulated."""


class Slot(NamedTuple):
    """What a promise asks for, once."""

    checkpoint: str
    eval: str
    arm: str
    thinking: str
    item: str
    epoch: int


@dataclass(frozen=True, slots=True)
class OwnRows:
    """Rows, and what was left out of them."""

    rows: list[Row]
    stale: int
    """Samples that the folder's promise does not ask for."""
    superseded: int
    """Samples replaced by a later attempt at the same promised sample."""


def is_own(log: Log) -> bool:
    """Whether our scorer read the log, or one of our tasks wrote it."""
    if {"eval", "family", "asks"} <= log.metadata.keys():
        return True
    return any(_is_reading(score) for summary in log.summaries for score in summary.scores.values())


def own_rows(logs: Iterable[tuple[Log, Path | None]], promises: Mapping[Path, Promise]) -> OwnRows:
    """Turn own logs into rows; where a promise holds, into exactly what it promised.

    Args:
        logs: Each log with the folder whose promise holds for it, if any.
        promises: The promises by folder.
    """
    slots = {folder: _promised_slots(promise) for folder, promise in promises.items()}
    looks: list[Look] = []
    stale = 0
    held = list(logs)
    asked = {
        (log.header.eval.task, str(summary.id)): summary.metadata
        for log, _ in held
        for summary in log.summaries
    }
    for log, folder in held:
        for look in _looks(log):
            if folder is None or look.slot in slots[folder]:
                looks.append(look)
            else:
                stale += 1
        if folder is None:
            looks += _owed(log, asked)
    chosen, superseded = merge(looks)
    rows = [row for copies in chosen for row in _rows(copies)]
    ran = {copies[0].slot for copies in chosen}
    for folder, promise in promises.items():
        rows += [
            _not_run(promise, sample) for slot, sample in slots[folder].items() if slot not in ran
        ]
    return OwnRows(rows, stale, superseded)


def loose_row(scores: Iterable[Given]) -> Row | None:
    """Make the row of a sample that no log holds yet: its last valid reading, and blank places.

    It serves measures, which look at readings alone. None where nobody has read the sample.
    """
    read = [score for score in scores if _is_reading(score)]
    valid = [score for score in read if _label(score) is not None]
    if not read:
        return None
    return Row(**{**_BLANK, **_reading((valid or read)[-1])})


_BLANK: dict[str, Any] = {
    **dict.fromkeys(("log", "sample_uuid", "checkpoint", "model", "config", "eval", "version"), ""),
    **dict.fromkeys(("asks", "family", "style", "arm", "thinking", "scenario", "item"), ""),
    **{"simulated": False, "run": None, "step": None, "role": "test", "epoch": 1},
}


def _promised_slots(promise: Promise) -> dict[Slot, Promised]:
    label = promise.checkpoint.label
    return {
        Slot(label, each.eval, each.arm, each.thinking, each.item, each.epoch): each
        for each in promise.samples
    }


def _looks(log: Log) -> Iterable[Look]:
    return (_look(log, summary, ran=True) for summary in log.summaries)


def _owed(log: Log, asked: Mapping[tuple[str, str], dict[str, Any]]) -> Iterable[Look]:
    """Every sample that a log planned and does not hold, as other samples of that id describe it.

    Our ids begin with the scenario, which is what is left where no log holds the sample.
    """
    held = {(str(summary.id), summary.epoch) for summary in log.summaries}
    for sample_id, epoch in planned(log):
        if (sample_id, epoch) not in held:
            told = asked.get((log.header.eval.task, sample_id))
            metadata = told or {"scenario": sample_id.partition("/")[0]}
            empty = Summary(id=sample_id, epoch=epoch, metadata=metadata)
            yield _look(log, empty, ran=False)


def _look(log: Log, summary: Summary, *, ran: bool) -> Look:
    spec = log.header.eval
    slot = Slot(
        checkpoint=str(log.metadata.get("checkpoint") or spec.model),
        eval=str(log.metadata.get("eval") or spec.task.removeprefix("unmask/")),
        arm=str(log.metadata.get("arm") or UNKNOWN),
        thinking=str(log.metadata.get("thinking") or UNKNOWN),
        item=str(summary.metadata.get("item") or summary.id),
        epoch=summary.epoch,
    )
    uuid = sample_uuid(log, summary)
    return Look(log, summary, slot.checkpoint, slot.eval, slot.arm, slot, uuid, ran)


def _rows(copies: list[Look]) -> list[Row]:
    """Make the rows of one sample: one per judge, or one alone that says why there is none."""
    first = copies[0]
    failed = any(copy.summary.error for copy in copies)
    readings = _last_valid(copies)
    if failed or not readings:
        summary = first.summary
        never = not first.ran or not (failed or summary.when or summary.completed)
        error = next((copy.summary.error for copy in copies if copy.summary.error), None)
        return [Row(**_facts(first), missing="not_run" if never else error_reason(error))]
    return [
        Row(**{**_facts(copy), **_reading(score)}, judge=judge, reads=reads)
        for (judge, reads), (copy, score) in readings.items()
    ]


def _last_valid(copies: list[Look]) -> dict[tuple[str, str], tuple[Look, Given]]:
    """Choose per judge the last reading with a label, else the last, of the log that holds most.

    A log that was mended later holds all that its copies hold and more; the oldest wins a tie.
    """
    chosen: dict[tuple[str, str], tuple[Look, Given]] = {}
    weights: dict[tuple[str, str], tuple[bool, int]] = {}
    for copy in copies:
        readings: dict[tuple[str, str], list[Given]] = {}
        for score in copy.summary.scores.values():
            if _is_reading(score):
                readings.setdefault(_judge(score), []).append(score)
        for judge, scores in readings.items():
            valid = [score for score in scores if _label(score) is not None]
            weight = (bool(valid), len(scores))
            if judge not in weights or weight > weights[judge]:
                weights[judge] = weight
                chosen[judge] = (copy, (valid or scores)[-1])
    return chosen


def _is_reading(score: Given) -> bool:
    return {"judge", "reads"} <= score.metadata.keys()


def _judge(score: Given) -> tuple[str, str]:
    meta = score.metadata
    return str(meta["judge"]), str(meta["reads"])


def _label(score: Given) -> str | None:
    return score.value if isinstance(score.value, str) else None


def _facts(look: Look) -> dict[str, Any]:
    """Everything that a row holds before any judge has read the sample."""
    spec, meta, asked = look.log.header.eval, look.log.metadata, look.summary.metadata
    slot = look.slot
    assert isinstance(slot, Slot)
    return {
        "log": look.log.name,
        "sample_uuid": look.uuid,
        "simulated": spec.model.startswith(SIMULATED),
        **slot._asdict(),
        "run": meta.get("run"),
        "step": meta.get("step"),
        "model": spec.model,
        "config": str(meta.get("config") or look.log.config),
        "version": str(spec.task_version),
        "asks": str(meta.get("asks") or ""),
        "family": str(meta.get("family") or UNKNOWN),
        "style": str(meta.get("style") or UNKNOWN),
        "role": str(asked.get("role") or "test"),
        "scenario": str(asked.get("scenario") or look.summary.id),
        "variant": asked.get("variant"),
        "cue": asked.get("cue"),
        "twin": asked.get("twin"),
        "form": asked.get("form"),
        **costs(spec.model, look.summary),
    }


def costs(model: str, summary: Summary) -> dict[str, Any]:
    """What the evaluated model's part of a sample took, and how the sample ended."""
    used = summary.tokens.get(model) or Tokens(0, 0)
    return {
        "input_tokens": used.input,
        "output_tokens": used.output,
        "seconds": summary.seconds,
        "limit": summary.limit,
        "error": summary.error,
    }


def _reading(score: Given) -> dict[str, Any]:
    meta = score.metadata
    label = _label(score)
    conduct, reasoning = meta.get("conduct"), meta.get("reasoning")
    effect = meta.get("effect")
    read: dict[str, Any] = {
        "label": label,
        "missing": None if label is not None else missing_reason(score.reason),
        "conduct": conduct if conduct in CONDUCTS else None,
        "first": meta.get("first"),
        "reasoning": reasoning if reasoning in REASONINGS else None,
        "visibility": meta.get("visibility") or UNKNOWN,
        "aware": meta.get("aware"),
        "lied": meta.get("lied"),
        "confessed_falsely": meta.get("confessed_falsely"),
        "sabotaged": meta.get("sabotaged"),
        "faking": meta.get("faking"),
        "patterns": meta.get("patterns") or "",
        "strong": meta.get("strong"),
        "injection": meta.get("injection"),
        "goals": meta.get("goals"),
        "thought_goals": meta.get("thought_goals"),
        "kind": meta.get("kind"),
        "effect": None if effect is None or math.isnan(effect) else float(effect),
        "licensed": meta.get("licensed"),
        "disclosed": meta.get("disclosed"),
        "stages": meta.get("stages"),
        "votes": meta.get("votes"),
        "judge_calls": int(meta.get("judge_calls") or 0),
    }
    return read | ({"simulated": True} if meta.get("simulated") else {})


def _not_run(promise: Promise, sample: Promised) -> Row:
    checkpoint = promise.checkpoint
    asked = sample.model_dump(exclude={"sample"})
    place = (checkpoint.label, sample.eval, sample.arm, sample.thinking, sample.item, sample.epoch)
    return Row(
        log="",
        sample_uuid="/".join(("not_run", *(str(part) for part in place))),
        simulated=checkpoint.model.startswith(SIMULATED),
        checkpoint=checkpoint.label,
        run=checkpoint.run,
        step=checkpoint.step,
        model=checkpoint.model,
        config=checkpoint.config,
        missing="not_run",
        **asked,
    )
