"""Which checkpoint a foreign log belongs to, and refusing to guess."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from unmask.errors import BadInput
from unmask.results.logs import Log, planned
from unmask.text import safe_text

BY_HELP = "model, folder, tag:PREFIX, metadata:FIELD or task_arg:FIELD"


def name_checkpoints(logs: Sequence[Log], by: str | None) -> list[str]:
    """Name the checkpoint of each log.

    Args:
        logs: Foreign logs.
        by: What names a checkpoint: `model` (Inspect's model string), `folder`, `tag:PREFIX` (the
            one tag that begins so), `metadata:FIELD` or `task_arg:FIELD` of the log. None is
            `model`, provided that nothing says that logs of one model are of several checkpoints.

    Raises:
        BadInput: A log lacks what names it, or (None) logs cannot be told apart.
    """
    if by is None:
        _refuse_ambiguous(logs)
    return [_name(log, by or "model") for log in logs]


def _name(log: Log, by: str) -> str:
    kind, _, field = by.partition(":")
    spec = log.header.eval
    if by == "model":
        return spec.model
    if by == "folder":
        return log.path.resolve().parent.name
    if kind == "tag" and field:
        tags = [tag for tag in spec.tags or [] if tag.startswith(field)]
        if len(tags) != 1:
            raise BadInput(
                f"{log.name} has {len(tags)} tags that begin with {field!r}, expected 1; "
                f"its tags: {_names(spec.tags or [])}"
            )
        return tags[0]
    if kind in ("metadata", "task_arg") and field:
        held: Mapping[str, Any] = log.metadata if kind == "metadata" else spec.task_args
        if held.get(field) is None:
            raise BadInput(f"{log.name} has no {kind} {field!r}; it has {_names(held)}")
        return str(held[field])
    raise BadInput(f"--checkpoint-by {by!r} is unknown: expected {BY_HELP}")


def _refuse_ambiguous(logs: Sequence[Log]) -> None:
    first: dict[tuple[str, str], Log] = {}
    for log in sorted(logs, key=lambda each: (each.created, each.name)):
        spec = log.header.eval
        asked = _canonical([spec.task_args, log.config, spec.solver, spec.solver_args])
        for scope in ("", f"{spec.task} {asked}"):
            other = first.setdefault((spec.model, scope), log)
            why = _difference(other, log, same_task=bool(scope))
            if why:
                raise BadInput(
                    f"can't tell checkpoints apart: {other.name} and {log.name} both name model "
                    f"{safe_text(spec.model)!r}, but {why}; say what names a checkpoint with "
                    f"--checkpoint-by ({BY_HELP}; folder: one folder for each checkpoint, "
                    "model: they are one)"
                )


def _difference(one: Log, two: Log, *, same_task: bool) -> str | None:
    """Say what suggests that two logs of one model string are of two checkpoints."""
    a, b = one.header.eval, two.header.eval
    if not same_task:
        pairs: list[tuple[str, Any, Any]] = [
            ("model arguments", a.model_args, b.model_args),
            ("base URLs", a.model_base_url, b.model_base_url),
        ]
    elif a.task_id == b.task_id:
        return None
    else:
        pairs = [("tags", a.tags, b.tags), ("metadata", one.metadata, two.metadata)]
    for what, left, right in pairs:
        if _canonical(left) != _canonical(right):
            return (
                f"their {what} differ ({safe_text(str(left), 60)} and {safe_text(str(right), 60)})"
            )
    if same_task and _asked(one) & _asked(two):
        uuids = {summary.uuid for summary in one.summaries if summary.uuid}
        if not any(summary.uuid in uuids for summary in two.summaries):
            return "they are separate runs of the same samples"
    return None


def _asked(log: Log) -> set[tuple[str, int]]:
    return {*planned(log)} | {(str(summary.id), summary.epoch) for summary in log.summaries}


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _names(values: Any) -> str:
    return ", ".join(safe_text(str(value), 40) for value in values) or "none"
