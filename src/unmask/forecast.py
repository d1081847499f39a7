"""What a battery will take and can show, said before anything is spent."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.table import Table

from unmask.battery import Battery
from unmask.console import out
from unmask.plan import Estimate, build_task, cells, estimate


def say_first(battery: Battery, console: Console) -> None:
    """Say in one line how many calls, tokens and how much money a run takes at most."""
    tasks = [(cell, build_task(cell)) for cell in cells(battery)]
    console.print(_sentence([estimate(c, battery, tasks) for c in battery.checkpoints]))


def print_forecast(battery: Battery) -> None:
    """Print the dry run: the sentence of `say_first`, and what each eval can certify."""
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
        sizes = Counter(
            str((s.metadata or {})["scenario"])
            for s in task.dataset
            if (s.metadata or {})["role"] == "test"
        )
        counts = [size * cell.epochs for size in sizes.values()]
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


def _sentence(estimates: list[Estimate]) -> str:
    samples = sum(e.samples for e in estimates)
    calls = sum(e.judge_calls for e in estimates)
    tokens = sum(e.model_tokens for e in estimates)
    judged = sum(e.judge_tokens for e in estimates)
    dollars = [e.dollars for e in estimates]
    known = [d for d in dollars if d is not None]
    cost = (
        f"${sum(known):,.2f}"
        if len(known) == len(dollars)
        else "cost unknown (give `prices` in the battery)"
    )
    return (
        f"{len(estimates)} checkpoints, at most {samples:,} replies and {calls:,} judge calls; "
        f"about {tokens / 1e6:.1f} M tokens of the checkpoints and {judged / 1e6:.1f} M of the "
        f"judge; {cost}"
    )
