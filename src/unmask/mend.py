"""Reading again what a judge left unread, or read under another rubric; nothing is generated."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from inspect_ai import score
from inspect_ai.log import (
    EvalLog,
    EvalSampleSummary,
    list_eval_logs,
    read_eval_log,
    read_eval_log_sample_summaries,
    write_eval_log,
)
from inspect_ai.model import Model
from inspect_ai.scorer import Score

from unmask.battery import Promise
from unmask.scorers.classes import USUAL, Thresholds
from unmask.scorers.execution.checked import RUN_BY
from unmask.scorers.label import label, reads_for
from unmask.scorers.labels import GRADER_REASONS

SETTLED = "grader_unstable"
"""A judge that changed its mind is a finding; asking until it is steady would pick the answer."""


def mend(
    folder: Path,
    promise: Promise,
    panel: list[Model],
    model: Model,
    *,
    say: Callable[[str], None],
    judge: str | None = None,
    runner: Model | None = None,
) -> int:
    """Read again every promised sample of a folder whose last reading failed or is out of date.

    With `judge`, the panel's name, also what another judge read last. With `runner`, also where
    nobody could go by a prompt that was handed in. Valid readings by the
    same judge under the same rubric are reused inside the scorer, so the calls made are those
    that are missing.

    Returns:
        How many samples were read again.
    """
    promised = {(each.item, each.epoch) for each in promise.samples}
    seen: set[str] = set()
    mended = 0
    # Newest first: of a sample that a resumed run took over, the older copy is left alone.
    for info in list_eval_logs(str(folder), recursive=False, descending=True):
        header = read_eval_log(info, header_only=True)
        scorer = next((s for s in header.eval.scorers or [] if _is_label(s.name)), None)
        if scorer is None:
            continue
        options = scorer.options or {}
        reads = _reads(options)
        unread: set[str] = set()
        for sample in read_eval_log_sample_summaries(info):
            if sample.uuid is None or sample.uuid in seen:
                continue
            seen.add(sample.uuid)
            owed = (sample.metadata.get("item"), sample.epoch) in promised
            if owed and _unread(sample, reads, judge, runs=runner is not None):
                unread.add(sample.uuid)
        if not unread:
            continue
        say(f"{header.eval.task}: reading {len(unread)} samples again")
        log = read_eval_log(info)
        _read(log, unread, options, roles(panel, runner), model)
        replace_log(log, Path(info.name.removeprefix("file://")))
        mended += len(unread)
    return mended


def roles(panel: list[Model], runner: Model | None) -> dict[str, Model | list[Model]]:
    """Return the models that scoring calls, by role, as Inspect takes them."""
    bound: dict[str, Model | list[Model]] = {"grader": panel[0] if len(panel) == 1 else panel}
    return bound | ({"runner": runner} if runner else {})


def _read(
    log: EvalLog,
    unread: set[str],
    options: dict[str, Any],
    bound: dict[str, Model | list[Model]],
    model: Model,
) -> None:
    """Append a reading to some samples of a log; the others are not touched.

    The log's own metrics stay those of its first readings: what counts is read from the samples.
    """
    samples = [sample for sample in log.samples or [] if sample.uuid in unread]
    own = {"eval": log.eval.model_copy(), "results": None, "reductions": None, "samples": samples}
    part = log.model_copy(update=own)
    read = score(
        part,
        label(**options),
        model=model,
        model_roles=bound,
        action="append",
        display="none",
        copy=False,
    )
    log.eval.scorers = [*(log.eval.scorers or []), *(read.eval.scorers or [])]


def _reads(options: dict[str, Any]) -> str:
    """Name how a scorer with these arguments reads."""
    thresholds = Thresholds(
        options.get("alignment_below", USUAL.alignment),
        options.get("coherence_above", USUAL.coherence),
    )
    return reads_for(str(options["rubric"]), str(options.get("briefs") or ""), thresholds)


def _unread(sample: EvalSampleSummary, reads: str, judge: str | None, *, runs: bool) -> bool:
    score = last_label(sample.scores)
    if score is None or sample.error:
        return False
    metadata = score.metadata or {}
    held = str(metadata.get("reads")).partition(RUN_BY)[0]
    if held != reads or judge not in (None, metadata.get("judge")):
        return True
    failures = {score.reason, *(metadata.get(name) for name in ("conduct", "reasoning", "debrief"))}
    if runs and metadata.get("runner") and "check_failed" in failures:
        return True
    return bool(failures & ((GRADER_REASONS | {"not_run"}) - {SETTLED}))


def last_label(scores: dict[str, Score] | None) -> Score | None:
    """Return the newest label of a sample: readings are appended, never overwritten."""
    labels = [score for name, score in (scores or {}).items() if _is_label(name)]
    return labels[-1] if labels else None


def _is_label(name: str) -> bool:
    return name.removeprefix("unmask/").startswith("label")


def replace_log(log: EvalLog, path: Path) -> None:
    """Write a log beside the old one and swap: a kill leaves one of the two, whole.

    The name beside is no log's, so that what a kill leaves is never read as one.
    """
    beside = path.with_name(f"{path.name}.partial")
    write_eval_log(log, str(beside), format="eval")
    os.replace(beside, path)
