"""Another judge on existing samples: copies of logs with its readings beside the first ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from inspect_ai.model import Model, get_model

from unmask.battery import (
    PROMISE_FILE,
    ModelSpec,
    Promise,
    PromisedGrader,
    promised_grader,
    read_promise,
)
from unmask.errors import BadInput
from unmask.files import atomic_write
from unmask.mend import mend
from unmask.models import panel_name

NOTHING = "none/none"
"""Inspect's model that can't generate; what a sample's own model was stands in its log."""


def regrade(
    logs: Path,
    specs: Sequence[ModelSpec],
    panel: Sequence[Model],
    out: Path,
    *,
    say: Callable[[str], None],
) -> int:
    """Read every promised sample below a folder with another panel, into copies of the logs.

    Interrupted, the same call goes on: a sample that the panel has read is not read again.

    Args:
        logs: What `unmask run` measured; never written to.
        specs: The panel as it is named in the copies' promises.
        panel: The panel.
        out: Where the copies go, a folder per checkpoint.
        say: Takes progress, a line each.

    Returns:
        How many samples were read.

    Raises:
        BadInput: There is no promise, `out` lies in `logs`, another judge has read there, or a
            checkpoint would judge itself.
    """
    grader = promised_grader(specs)
    folders = _folders(logs)
    if out.resolve() == logs.resolve() or logs.resolve() in out.resolve().parents:
        raise BadInput(f"--out {out} lies in {logs}, whose logs stay as they are: name another")
    for promise in folders.values():
        _refuse(promise, grader, specs, out)
    read = 0
    for folder, promise in folders.items():
        target = out / promise.checkpoint.label
        for log in sorted(folder.glob("*.eval")):
            if not (target / log.name).exists():
                atomic_write(target / log.name, log.read_bytes())
        promised = promise.model_copy(update={"grader": grader})
        atomic_write(target / PROMISE_FILE, promised.model_dump_json(by_alias=True, indent=1))
        say(f"{promise.checkpoint.label}: {grader.name} reads {len(promise.samples)} samples")
        model = get_model(NOTHING, memoize=False)
        read += mend(target, promised, list(panel), model, say=say, judge=panel_name(panel))
    return read


def _folders(logs: Path) -> dict[Path, Promise]:
    below = sorted(file.parent for file in logs.rglob(PROMISE_FILE)) if logs.is_dir() else []
    found = {folder: promise for folder in below if (promise := read_promise(folder)) is not None}
    if not found:
        raise BadInput(f"no {PROMISE_FILE} in {logs} or below: expected what `unmask run` measured")
    return found


def _refuse(
    promise: Promise, grader: PromisedGrader, specs: Sequence[ModelSpec], out: Path
) -> None:
    label = promise.checkpoint.label
    if promise.grader.digest == grader.digest:
        raise BadInput(f"{grader.name} has read '{label}' already: name another judge")
    held = read_promise(out / label)
    if held is not None and held.grader.digest != grader.digest:
        raise BadInput(
            f"{out / label} was read by {held.grader.name}, not {grader.name}: name another --out"
        )
    where = (promise.checkpoint.model, promise.checkpoint.base_url)
    if any((spec.model, spec.base_url) == where for spec in specs):
        raise BadInput(f"checkpoint '{label}' ({where[0]}) would judge itself; name another judge")
