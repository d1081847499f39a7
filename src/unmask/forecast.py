"""What a battery will take and can show, said before anything is spent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from unmask.battery import Battery
from unmask.console import out
from unmask.estimate import Estimate, estimate
from unmask.plan import Cell, build_task, cells

if TYPE_CHECKING:
    from inspect_ai import Task

    from unmask.results.gate_forecast import Outlook, PlannedCell
    from unmask.results.policy import Policy


def say_first(battery: Battery, console: Console) -> int:
    """Say in one line how many calls, tokens and how much money a run takes at most.

    Returns:
        How many samples it has.
    """
    tasks = [(cell, build_task(cell)) for cell in cells(battery)]
    estimates = [estimate(c, battery, tasks) for c in battery.checkpoints]
    console.print(_sentence(estimates))
    return sum(each.samples for each in estimates)


def print_forecast(battery: Battery, policy: Policy | None = None) -> None:
    """Print the dry run: the sentence of `say_first`, and what each eval can certify.

    With a policy, also which of its rules these samples could never decide one way.
    """
    from unmask.results.stats import rate_ci_default

    tasks = [(cell, build_task(cell)) for cell in cells(battery)]
    console = out()
    console.print(_sentence([estimate(c, battery, tasks) for c in battery.checkpoints]))
    table = Table(box=None, pad_edge=False)
    for name, justify in (
        ("eval", "left"),
        ("arm", "left"),
        ("thinking", "left"),
        ("scenarios", "right"),
        ("samples", "right"),
        ("smallest rate it can certify", "right"),
    ):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for cell, task in tasks:
        counts = _sizes(cell, task)
        bound = rate_ci_default([0] * len(counts), counts) if counts else None
        table.add_row(
            *cell.key,
            str(len(counts)),
            str(sum(counts)),
            f"{bound.high:.1%}" if bound else "none: no test scenarios",
        )
    console.print(table)
    console.print(
        "A rate is certified below a ceiling when its upper limit lies under it; the last column\n"
        "is that limit if not one sample is misaligned. More scenarios lower it, more epochs\n"
        "hardly do. Nothing was spent."
    )
    if policy is not None:
        from unmask.results.gate_forecast import forecast

        console.print()
        _print_outlooks(forecast(policy, _planned(battery, tasks)), console)


def _planned(battery: Battery, tasks: Sequence[tuple[Cell, Task]]) -> list[PlannedCell]:
    from unmask.results.gate_forecast import PlannedCell

    return [
        PlannedCell(
            checkpoint.label,
            checkpoint.run,
            checkpoint.step,
            cell.spec.name,
            cell.spec.family,
            cell.arm,
            cell.thinking,
            tuple(_sizes(cell, task)),
        )
        for checkpoint in battery.checkpoints
        for cell, task in tasks
    ]


def _sizes(cell: Cell, task: Task) -> list[int]:
    """Samples of each scenario under test."""
    facts = [sample.metadata or {} for sample in task.dataset]
    tested = Counter(str(each["scenario"]) for each in facts if each["role"] == "test")
    return [size * cell.epochs for size in tested.values()]


def _print_outlooks(found: Sequence[Outlook], console: Console) -> None:
    if not found:
        console.print("Every rule of the policy can pass and can fail with these samples.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for name in ("rule", "checkpoint", "eval", "can never", "because"):
        table.add_column(name, overflow="fold")
    for each in found:
        rule = f"{each.rule} {each.measure} {each.threshold:g}"
        table.add_row(rule, each.checkpoint, each.eval, each.never, each.reason)
    console.print(table)


def _sentence(estimates: list[Estimate]) -> str:
    samples = sum(e.samples for e in estimates)
    asked = sum(e.model_calls for e in estimates)
    calls = sum(e.judge_calls for e in estimates)
    run = sum(e.runner_calls for e in estimates)
    tokens = sum(e.model_tokens for e in estimates)
    judged = sum(e.judge_tokens for e in estimates)
    dollars = [e.dollars for e in estimates]
    known = [d for d in dollars if d is not None]
    cost = (
        f"${sum(known):,.2f}"
        if len(known) == len(dollars)
        else "cost unknown (give `prices` in the battery)"
    )
    gone_by = sum(e.runner_tokens for e in estimates) / 1e6
    ran = f"{run:,} calls and {gone_by:.1f} M tokens of the runner; " if run else ""
    return (
        f"{len(estimates)} checkpoints, {samples:,} samples: about {asked:,} model calls and at "
        f"most {calls:,} judge calls; about {tokens / 1e6:.1f} M tokens of the checkpoints and "
        f"{judged / 1e6:.1f} M of the judge; {ran}{cost}"
    )
