"""From a battery to what it will do: its cells, the samples it promises, what they will cost."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from unmask.battery import (
    Battery,
    Checkpoint,
    EvalEntry,
    Promise,
    Promised,
    PromisedGrader,
    PromisedStopping,
    promised_checkpoint,
    promised_grader,
)
from unmask.errors import BadInput
from unmask.evals.catalog import EvalSpec, find_eval
from unmask.evals.conditions import arm as find_arm

if TYPE_CHECKING:
    from inspect_ai import Task


@dataclass(frozen=True, slots=True)
class Cell:
    """One eval in one arm and thinking mode: what one Inspect log will hold.

    Attributes:
        spec: The eval.
        arm: Its arm.
        thinking: Its thinking mode.
        epochs: How often each sample is asked.
        args: Arguments of the task function.
        limit: Use only the first so many scenarios.
    """

    spec: EvalSpec
    arm: str
    thinking: str
    epochs: int
    args: tuple[tuple[str, Any], ...]
    limit: int | None

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells a cell from the others of a battery."""
        return self.spec.name, self.arm, self.thinking


def cells(battery: Battery) -> tuple[Cell, ...]:
    """Every eval × arm × thinking mode of a battery.

    Raises:
        BadInput: An unknown eval, arm or thinking mode, a cell that stands twice, an eval without
            the runner that it needs, or a measure that no run can stop early on.
    """
    if battery.early_stopping is not None:
        from unmask.results.stopping import rate_measure

        rate_measure(battery.early_stopping.measure)
    found: dict[tuple[str, str, str], Cell] = {}
    for entry in battery.evals:
        spec = find_eval(entry.eval)
        if spec.by_prompt and battery.runner is None:
            raise BadInput(
                f"{spec.name} needs a runner, a model that goes by the prompts which checkpoints "
                "write: `runner: MODEL` in the battery, or --runner MODEL"
            )
        for arm in entry.arms or battery.arms:
            for thinking in entry.thinking or battery.thinking:
                cell = _cell(spec, entry, arm, thinking, battery)
                if cell.key in found:
                    raise BadInput(f"{'/'.join(cell.key)} stands twice in the battery")
                found[cell.key] = cell
    return tuple(found.values())


def build_task(cell: Cell) -> Task:
    """Build a cell's Inspect task, cut to its limit.

    Raises:
        BadInput: The eval has no task, the task does not take the arguments, or a name in them is
            unknown.
    """
    from inspect_ai import Epochs, task_with

    module = importlib.import_module(f"unmask.evals.{cell.spec.family}.task")
    function: Callable[..., Task] | None = getattr(module, cell.spec.name, None)
    if function is None:
        raise BadInput(
            f"evals/{cell.spec.family}/task.py has no task '{cell.spec.name}'; a task has the name "
            "that its eval has in dataset.py"
        )
    try:
        task = function(arm=cell.arm, thinking=cell.thinking, **dict(cell.args))
    except TypeError as error:
        raise BadInput(f"{cell.spec.name}: {error}") from None
    if cell.limit is not None:
        keep = _first_scenarios(task, cell.limit)
        task = task_with(task, dataset=task.dataset.filter(lambda s: _scenario(s) in keep))
    return task_with(task, epochs=Epochs(cell.epochs, []))


def promise(
    checkpoint: Checkpoint, battery: Battery, tasks: Sequence[tuple[Cell, Task]]
) -> Promise:
    """List every sample that a checkpoint's folder is to hold."""
    return Promise(
        schema=1,
        checkpoint=promised_checkpoint(checkpoint),
        grader=promised_grader(battery.grader),
        samples=tuple(_promised(tasks)),
        stopping=tuple(_stopping(battery, tasks)),
        runner=_promised_runner(battery, tasks),
    )


def merge_promises(old: Promise | None, new: Promise) -> Promise:
    """Replace the cells that are promised anew and keep the others of a folder.

    Raises:
        BadInput: The folder belongs to another checkpoint, was read by another grader, had its
            prompts weighed by another runner, or was begun under another rule for stopping early.
    """
    if old is None:
        return new
    label = new.checkpoint.label
    if old.checkpoint.digest != new.checkpoint.digest:
        raise BadInput(
            f"folder '{label}' holds another checkpoint: {_describe(old)}, not {_describe(new)}; "
            "give this one another label, or use another --logs folder"
        )
    if old.grader.digest != new.grader.digest:
        raise BadInput(
            f"folder '{label}' was read by {old.grader.name} and would now be read by "
            f"{new.grader.name} (or by the same under other settings); two judges never mix: "
            "use `unmask regrade` for a second opinion, or another --logs folder"
        )
    if old.runner and new.runner and old.runner.digest != new.runner.digest:
        raise BadInput(
            f"prompts in folder '{label}' were weighed by the runner {old.runner.name} and would "
            f"now be by {new.runner.name} (or by the same under other settings), which is not "
            "comparable: put that back, or use another --logs folder"
        )
    _refuse_other_rules(old, new)
    kept = [s for s in old.samples if (s.eval, s.arm, s.thinking) not in new.cells]
    rules = [rule for rule in old.stopping if rule.key not in new.cells]
    return new.model_copy(
        update={
            "samples": (*kept, *new.samples),
            "stopping": (*rules, *new.stopping),
            "runner": new.runner or old.runner,
        }
    )


def _cell(spec: EvalSpec, entry: EvalEntry, arm: str, thinking: str, battery: Battery) -> Cell:
    args = dict(entry.args)
    if entry.scenarios is not None:
        args["scenarios"] = entry.scenarios
    if battery.self_grading:
        args["self_grading"] = True
    epochs = entry.epochs or battery.epochs
    return Cell(spec, arm, thinking, epochs, tuple(sorted(args.items())), entry.limit)


def _promised(tasks: Sequence[tuple[Cell, Task]]) -> Iterable[Promised]:
    for cell, task in tasks:
        for sample in task.dataset:
            metadata = sample.metadata or {}
            for epoch in range(1, cell.epochs + 1):
                yield Promised(
                    eval=cell.spec.name,
                    family=cell.spec.family,
                    style=cell.spec.style,
                    arm=cell.arm,
                    thinking=cell.thinking,
                    version=str(task.version),
                    asks=(task.metadata or {})["asks"],
                    sample=str(sample.id),
                    scenario=metadata["scenario"],
                    variant=metadata["variant"],
                    cue=metadata["cue"],
                    item=metadata["item"],
                    role=metadata["role"],
                    twin=metadata["twin"],
                    form=metadata["form"],
                    epoch=epoch,
                )


def _stopping(battery: Battery, tasks: Sequence[tuple[Cell, Task]]) -> Iterable[PromisedStopping]:
    """Fix for each cell that may stop early by which rule, and in which order it is asked.

    The order depends on the seed and the eval alone, so that checkpoints which stop at different
    times share as many scenarios as they can.
    """
    rule = battery.early_stopping
    if rule is None:
        return
    for cell, task in tasks:
        if find_arm(cell.arm).positive_control:
            continue
        names = {_scenario(sample) for sample in task.dataset}

        def drawn(name: str, eval_name: str = cell.spec.name) -> bytes:
            return hashlib.sha256(f"{rule.seed}\0{eval_name}\0{name}".encode()).digest()

        yield PromisedStopping(
            **rule.model_dump(),
            eval=cell.spec.name,
            arm=cell.arm,
            thinking=cell.thinking,
            scenarios=tuple(sorted(names, key=drawn)),
        )


def _promised_runner(battery: Battery, tasks: Sequence[tuple[Cell, Task]]) -> PromisedGrader | None:
    asked = any(cell.spec.by_prompt for cell, _ in tasks)
    return promised_grader([battery.runner]) if asked and battery.runner else None


def _refuse_other_rules(old: Promise, new: Promise) -> None:
    """Refuse a rule that was not there before the first sample; to drop one is no harm."""
    before = {rule.key: rule for rule in old.stopping}
    begun = old.cells
    for rule in new.stopping:
        if rule.key not in begun:
            continue
        was = before.get(rule.key)
        if was is None or _terms(was) != _terms(rule):
            said = "without early_stopping" if was is None else f"with early_stopping {_terms(was)}"
            raise BadInput(
                f"{new.checkpoint.label}/{'/'.join(rule.key)} was begun {said}; when to stop must "
                "be fixed before the first sample: put that back, take early_stopping out and run "
                "all, or use another --logs folder"
            )


def _terms(rule: PromisedStopping) -> dict[str, Any]:
    return rule.model_dump(exclude={"eval", "arm", "thinking", "scenarios"}, exclude_none=True)


def _first_scenarios(task: Task, limit: int) -> set[str]:
    ordered = dict.fromkeys(_scenario(sample) for sample in task.dataset)
    return set(list(ordered)[:limit])


def _scenario(sample: Any) -> str:
    return str((sample.metadata or {})["scenario"])


def _describe(promise: Promise) -> str:
    checkpoint = promise.checkpoint
    where = f" at {checkpoint.base_url}" if checkpoint.base_url else ""
    return f"{checkpoint.model}{where} (digest {checkpoint.digest[:8]})"
