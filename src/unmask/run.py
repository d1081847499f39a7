"""Running a battery: the only caller of `inspect_ai.eval_set`.

One folder and one `eval_set` per checkpoint. The promise is written before the first call; what was
paid for under an earlier version of the scenarios is found by its item digests and not bought
again; what a judge left unread is read again at the end.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from inspect_ai import Epochs, eval_set, task_with
from inspect_ai._util.error import PrerequisiteError
from inspect_ai.log import (
    EvalLogInfo,
    list_eval_logs,
    read_eval_log,
    read_eval_log_sample_summaries,
)
from inspect_ai.model import Model

from unmask.battery import (
    PROMISE_FILE,
    Battery,
    Checkpoint,
    Limits,
    read_promise,
)
from unmask.errors import BadInput
from unmask.estimate import estimate
from unmask.files import atomic_write
from unmask.ledger import Ledger
from unmask.lock import locked
from unmask.mend import mend, roles
from unmask.models import SDK_APIS, open_model, open_panel
from unmask.plan import Cell, build_task, cells, merge_promises, promise
from unmask.stopping import at_once, may_stop, reopen_unstopped
from unmask.usage import check_prices, per_sample
from unmask.watch import Watch, Watched
from unmask.weights import stop_server

if TYPE_CHECKING:
    from inspect_ai import Task

    from unmask.battery import Promise
    from unmask.sandbox.choose import Sandbox

Display = Literal["rich", "plain", "none"]
Say = Callable[[str], None]

TASK_ATTEMPTS = 2
"""How often `eval_set` runs a task again for samples that ended in an error."""


@dataclass(frozen=True, slots=True)
class Models:
    """The models of a run, made before anything is paid for."""

    checkpoints: dict[str, Model]
    panel: tuple[Model, ...]
    runner: Model | None = None

    @property
    def roles(self) -> dict[str, Model | list[Model]]:
        """The models that scoring calls, by role, as Inspect takes them."""
        return roles(list(self.panel), self.runner)


def open_models(battery: Battery) -> Models:
    """Make every model of a battery, so that a missing key or package shows at once.

    Raises:
        BadInput: A model can't be made, a checkpoint would judge itself or go by its own prompts,
            or a cap on money lacks a price.
    """
    check_prices(battery)
    spec = battery.runner
    for checkpoint in battery.checkpoints:
        if spec and (spec.model, spec.base_url) == (checkpoint.model, checkpoint.base_url):
            raise BadInput(
                f"checkpoint '{checkpoint.label}' ({spec.model}) would go by its own prompts; name "
                "another runner"
            )
    if not battery.self_grading:
        for checkpoint in battery.checkpoints:
            for grader in battery.grader:
                if (grader.model, grader.base_url) == (checkpoint.model, checkpoint.base_url):
                    raise BadInput(
                        f"checkpoint '{checkpoint.label}' ({checkpoint.model}) would judge itself; "
                        "name another grader, or set self_grading: true"
                    )
    panel = tuple(open_panel(battery.grader, battery.limits))
    checkpoints = {
        each.label: open_model(each, f"checkpoint '{each.label}'", battery.limits)
        for each in battery.checkpoints
    }
    runner = open_model(spec, "runner", battery.limits) if spec else None
    return Models(checkpoints, panel, runner)


def run_checkpoint(
    checkpoint: Checkpoint,
    battery: Battery,
    models: Models,
    logs: Path,
    *,
    sandbox: Sandbox | None = None,
    display: Display,
    say: Say,
    follow: Callable[[Watch], None] = lambda watch: None,
) -> None:
    """Measure one checkpoint: promise, generate what is missing, read what is unread.

    `sandbox` is where code of the checkpoint runs; None if none does. `follow` is called whenever
    something was spent or a sample has ended.

    Raises:
        BadInput: The folder holds another checkpoint or grader, another run is measuring into it,
            or it can't be written.
        Stopped: A cap is reached, or the disk is full; what was under way is finished and kept.
        Gone: A model does not answer any more.
    """
    with locked(logs / checkpoint.label), closing(Ledger(logs)) as ledger:
        patience = battery.limits.timeout
        watch = Watch(ledger, battery.budget, patience, logs / checkpoint.label, follow)
        try:
            with watch.over(_watched(checkpoint, battery, models)):
                _measure(checkpoint, battery, models, logs, watch, sandbox, display, say)
        except KeyboardInterrupt:
            if not watch.closing:
                raise
    _hang_up(checkpoint, battery, models)
    if watch.closing is not None:
        raise watch.closing


def keep_promise(
    checkpoint: Checkpoint, battery: Battery, logs: Path, tasks: Sequence[tuple[Cell, Task]]
) -> Promise:
    """Write down what a checkpoint's folder is to hold, with what it was to hold before.

    Raises:
        BadInput: The folder holds another checkpoint or grader, or can't be written.
    """
    folder = logs / checkpoint.label
    promised = merge_promises(read_promise(folder), promise(checkpoint, battery, tasks))
    atomic_write(folder / PROMISE_FILE, promised.model_dump_json(by_alias=True, indent=1))
    return promised


def promise_rest(battery: Battery, logs: Path) -> None:
    """Promise what a run that stops early was still to measure, so that it is counted as left.

    Raises:
        BadInput: A folder holds another checkpoint or grader, or can't be written.
    """
    tasks = [(cell, build_task(cell)) for cell in cells(battery)]
    for checkpoint in battery.checkpoints:
        if not (logs / checkpoint.label / PROMISE_FILE).exists():
            keep_promise(checkpoint, battery, logs, tasks)


def _measure(
    checkpoint: Checkpoint,
    battery: Battery,
    models: Models,
    logs: Path,
    watch: Watch,
    sandbox: Sandbox | None,
    display: Display,
    say: Say,
) -> None:
    folder = logs / checkpoint.label
    tasks = [(cell, build_task(cell)) for cell in cells(battery)]
    promised = keep_promise(checkpoint, battery, logs, tasks)
    watch.prior = per_sample(estimate(checkpoint, battery, tasks))
    reopen_unstopped(folder)
    rules = {rule.key: rule for rule in promised.stopping}
    todo = [
        may_stop(remaining, rules.get(cell.key), at_once(battery.limits))
        for cell, task in tasks
        if (remaining := _without_bought(cell, task, folder, say)) is not None
    ]
    if todo:
        _eval_set(checkpoint, battery, models, folder, todo, sandbox, display, say)
    if not watch.closing:
        model = models.checkpoints[checkpoint.label]
        mend(folder, promised, list(models.panel), model, say=say, runner=models.runner)


def _eval_set(
    checkpoint: Checkpoint,
    battery: Battery,
    models: Models,
    folder: Path,
    tasks: Sequence[Task],
    sandbox: Sandbox | None,
    display: Display,
    say: Say,
) -> None:
    try:
        _, done = eval_set(
            list(tasks),
            log_dir=str(folder),
            model=models.checkpoints[checkpoint.label],
            model_roles=models.roles,
            metadata={
                "checkpoint": checkpoint.label,
                "run": checkpoint.run,
                "step": checkpoint.step,
                "group": checkpoint.group,
                "config": checkpoint.sampling,
                **(sandbox.metadata if sandbox else {}),
            },
            sandbox=sandbox.spec if sandbox else None,
            # One failing sample must not cost the others; it stays missing as `error`.
            continue_on_fail=True,
            retry_attempts=TASK_ATTEMPTS,
            log_dir_allow_dirty=True,
            # Every finished sample is in Inspect's local buffer before the next, so that a kill -9
            # loses none. A log_buffer of 1 would too, by writing the whole log for each sample.
            log_realtime=True,
            log_format="eval",
            # Servers that let a person steer a live run: not needed, and they cost every event.
            acp_server=False,
            ctl_server=False,
            display=display,
            log_level="error",
            score_display=False,
            max_samples=_let_in(tasks, battery.limits),
            max_retries=battery.limits.max_retries,
            timeout=battery.limits.timeout,
            attempt_timeout=battery.limits.attempt_timeout,
            max_connections=battery.limits.max_connections,
        )
    except PrerequisiteError as error:
        raise BadInput(str(error)) from None
    for log in done:
        if log.error is not None:
            # A full disk, for one: what is missing then is said in the table, and why only here.
            say(f"{log.eval.task}: broke off: {' '.join(log.error.message.split())[:300]}")
    if len(done) < len(tasks) or any(log.status == "cancelled" for log in done):
        # Ctrl-C: Inspect returns, as if all had gone well, without the logs that it cut.
        raise KeyboardInterrupt


def _let_in(tasks: Sequence[Task], limits: Limits) -> int | None:
    """How many samples of a task Inspect lets in at once.

    Where one may stop early that is all of them, for they wait for their turn inside; tasks of the
    same battery that may not (positive controls) then have the bound on connections alone.
    """
    if all(task.early_stopping is None for task in tasks):
        return limits.max_samples
    return max(len(task.dataset) * (task.epochs or 1) for task in tasks)


def _without_bought(cell: Cell, task: Task, folder: Path, say: Say) -> Task | None:
    """Leave out the samples that an earlier version of the scenarios already paid for.

    A changed scenario changes the task's version, and with it the identity by which `eval_set`
    resumes; without this every unchanged sample would be bought again.
    """
    bought = _bought(cell, str(task.version), folder)
    if not bought:
        return task
    total = len(task.dataset)
    rest = task.dataset.filter(lambda sample: str((sample.metadata or {})["item"]) not in bought)
    changed = sorted({str((sample.metadata or {})["scenario"]) for sample in rest})
    say(
        f"{'/'.join(cell.key)}: scenarios changed since the last run; keeping "
        f"{total - len(rest)} of {total} samples, asking again: {', '.join(changed) or 'nothing'}"
    )
    return task_with(task, dataset=rest, epochs=Epochs(cell.epochs, [])) if len(rest) else None


def _bought(cell: Cell, version: str, folder: Path) -> set[str]:
    """Items of this cell with every epoch finished, in logs of other versions of the scenarios."""
    epochs: dict[str, set[int]] = {}
    for info in logs_in(folder):
        header = read_eval_log(info, header_only=True).eval
        metadata = header.metadata or {}
        key = (metadata.get("eval"), metadata.get("arm"), metadata.get("thinking"))
        if key != cell.key or str(header.task_version) == version:
            continue
        if str(header.task_version).split("+")[0] != version.split("+")[0]:
            continue
        for sample in read_eval_log_sample_summaries(info):
            if sample.completed and not sample.error:
                epochs.setdefault(str(sample.metadata.get("item")), set()).add(sample.epoch)
    wanted = set(range(1, cell.epochs + 1))
    return {item for item, done in epochs.items() if wanted <= done}


def logs_in(folder: Path) -> list[EvalLogInfo]:
    """List the logs of one checkpoint's folder, oldest first."""
    return list_eval_logs(str(folder), recursive=False, descending=False)


def _hang_up(checkpoint: Checkpoint, battery: Battery, models: Models) -> None:
    """Let go of the connections of a checkpoint that is done.

    Each `eval_set` runs in an event loop of its own, and nothing closes what a client opened in it:
    dozens of checkpoints would use up the process's open files. The client goes, its sockets with
    it; the next checkpoint finds its judge with a new one.
    """
    used = _watched(checkpoint, battery, models)
    wired = [each for each in used if each.spec.model.split("/")[0] in SDK_APIS]
    for model, spec, _ in wired:
        model.api = open_model(spec, checkpoint.label, battery.limits).api
    if wired:
        gc.collect()
    later = battery.checkpoints[battery.checkpoints.index(checkpoint) + 1 :]
    model = models.checkpoints[checkpoint.label]
    after = [*later, *battery.grader, *([battery.runner] if battery.runner else [])]
    stop_server(model, checkpoint, after)


def _watched(checkpoint: Checkpoint, battery: Battery, models: Models) -> list[Watched]:
    """The models that one checkpoint's part of a run calls."""
    judges = zip(models.panel, battery.grader, strict=True)
    runs = [(models.runner, battery.runner)] if models.runner and battery.runner else []
    return [
        Watched(models.checkpoints[checkpoint.label], checkpoint, "checkpoint"),
        *(Watched(model, spec, "judge") for model, spec in judges),
        *(Watched(model, spec, "runner") for model, spec in runs),
    ]


def quiet_environment() -> None:
    """Keep Inspect from announcing itself on a terminal that Unmask writes to."""
    os.environ.setdefault("INSPECT_LOG_LEVEL", "error")
