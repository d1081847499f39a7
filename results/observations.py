"""The only reader of logs: Inspect logs → one checked table (`table.SCHEMA`), and what to know.

It reads headers and sample summaries, never whole logs. `logs` reads files, `own` and `foreign`
turn them into rows, `merge` makes attempts and copies one, `table` checks what came out.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from unmask.battery import PROMISE_FILE, Promise, read_promise
from unmask.errors import BadInput
from unmask.results.foreign import Foreign, foreign_rows
from unmask.results.logs import CALIBRATION, Log, read_logs
from unmask.results.own import is_own, own_rows
from unmask.results.scores import score_names
from unmask.results.stopping import mark
from unmask.results.table import build, check
from unmask.text import safe_text

__all__ = ["Foreign", "Reading", "observe"]


@dataclass(frozen=True, slots=True)
class Reading:
    """The table, and everything about the logs that the table itself does not show."""

    table: pd.DataFrame
    stale: int
    """Samples in the logs that no promise asks for; left out."""
    superseded: int
    """Samples replaced by a later attempt; left out."""
    unread: tuple[str, ...]
    """One line per file that is no readable log."""
    notes: tuple[str, ...]
    """One line per thing to know: headers that disagree, scores that can't be read, and so on."""
    running: tuple[str, ...]
    """Logs whose run has not closed them: more may come, or the run was killed."""
    made_of: str = ""
    """Digest of the state of all files behind it; empty where that may have changed unseen."""

    def lines(self) -> list[str]:
        """Everything to be said to the reader, a line each."""
        counted = [
            (self.stale, "stale: in the logs, but not promised by the last run; left out"),
            (self.superseded, "superseded by a later attempt at the same sample; left out"),
        ]
        return [
            *self.unread,
            *(f"{count} samples {what}" for count, what in counted if count),
            *self.notes,
        ]


def observe(path: Path, foreign: Foreign | None = None) -> Reading:
    """Read a log, or all logs below a folder, into the table.

    Args:
        path: A log or a folder.
        foreign: How to read logs that are not ours. Without it they are left out with a note.

    Raises:
        BadInput: There is no log, none can be read, or none is ours and `foreign` is None.
    """
    with _no_collection():
        return _observe(path, foreign)


def _observe(path: Path, foreign: Foreign | None) -> Reading:
    logs, unread = _logs(path)
    ours = [log for log in logs if is_own(log)]
    others = [log for log in logs if not is_own(log)]
    if others and not ours and foreign is None:
        raise BadInput(_no_own(others))
    notes = [
        f"{log.name}: no Unmask log; left out (name a score with --score to read it)"
        for log in others
        if foreign is None
    ]
    folders = [_promised_in(log.path.parent, path) for log in ours]
    promises = _promises(path, folders)
    if path.is_file():
        promises = {folder: _only(promise, ours) for folder, promise in promises.items()}
    own = own_rows(zip(ours, folders, strict=True), promises)
    rows, superseded = own.rows, own.superseded
    if foreign is not None and others:
        read = foreign_rows(others, foreign)
        rows, superseded = rows + read.rows, superseded + read.superseded
        notes += read.notes
    running = tuple(log.name for log in logs if log.header.status == "started")
    table, stopped = mark(build(rows), promises.values())
    said = (*notes, *stopped)
    return Reading(check(table), own.stale, superseded, tuple(unread), said, running)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Have no one look for cycles: there are none, and searching all samples takes longest."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _logs(path: Path) -> tuple[list[Log], list[str]]:
    """Read the logs of checkpoints, of which a folder that only promises some has none."""
    try:
        logs, unread = read_logs(path)
    except BadInput as error:
        if path.is_dir() and any(path.rglob(PROMISE_FILE)):
            return [], [str(error)]
        raise
    measured = [log for log in logs if CALIBRATION not in log.metadata]
    if not measured:
        raise BadInput(f"{path} holds calibrations of judges only, and no checkpoint's answers")
    return measured, unread


def _promised_in(folder: Path, path: Path) -> Path | None:
    """Find the folder whose promise holds: this one or the nearest above, up to what was named."""
    top = path if path.is_dir() else path.parent
    for above in (folder, *folder.parents):
        if (above / PROMISE_FILE).is_file():
            return above
        if above == top:
            break
    return None


def _promises(path: Path, used: list[Path | None]) -> dict[Path, Promise]:
    """Read all promises below a folder, kept or not; for one log, only that of its folder."""
    below = sorted(file.parent for file in path.rglob(PROMISE_FILE)) if path.is_dir() else []
    folders = dict.fromkeys([*below, *filter(None, used)])
    found = {folder: read_promise(folder) for folder in folders}
    return {folder: promise for folder, promise in found.items() if promise is not None}


def _only(promise: Promise, logs: list[Log]) -> Promise:
    """Keep of a promise what one named log was to hold."""
    cells = {
        (log.metadata.get("eval"), log.metadata.get("arm"), log.metadata.get("thinking"))
        for log in logs
    }
    kept = tuple(each for each in promise.samples if (each.eval, each.arm, each.thinking) in cells)
    return promise.model_copy(update={"samples": kept})


def _no_own(others: list[Log]) -> str:
    names = sorted({name for log in others for name in score_names(log)})
    shown = ", ".join(safe_text(name, 40) for name in names[:8]) or "none"
    more = f" (and {len(others) - 1} more)" if len(others) > 1 else ""
    return (
        f"{others[0].name}{more} is no Unmask log: name the score to read with --score NAME "
        f"(or --score '*'); its scores: {shown}"
    )
