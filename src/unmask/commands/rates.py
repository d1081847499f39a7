"""`unmask rates`: logs in, rates with their intervals and everything missing out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from unmask.errors import BadInput
from unmask.results.observations import Foreign, observe
from unmask.results.rates import RateRow, rates, to_json
from unmask.results.table import FOREIGN
from unmask.text import safe_text

DEFAULT_MEASURES = ("misaligned", "overt", "covert", "refused")
PIPED_WIDTH = 100


@click.command()
@click.argument("logs", type=click.Path(path_type=Path), default=Path("logs"))
@click.option("--json", "as_json", is_flag=True, help="Every measure as JSON, nothing else.")
@click.option("--score", help="Read this score of foreign logs: NAME, NAME/KEY, or '*' for all.")
@click.option("--misaligned", metavar="VALUE", help="The score's value that is the event.")
@click.option(
    "--checkpoint-by",
    metavar="WHAT",
    help="What names a foreign checkpoint: model, folder, tag:PREFIX, metadata:FIELD or "
    "task_arg:FIELD.",
)
@click.option("--checkpoint", "checkpoints", multiple=True, help="Only this checkpoint.")
@click.option("--measure", "measures", multiple=True, help="Only this measure.")
@click.option("--all-measures", is_flag=True, help="Every measure, not only the headline ones.")
@click.option("--level", default=0.95, show_default=True, help="Two-sided confidence level.")
def command(
    logs: Path,
    as_json: bool,
    score: str | None,
    misaligned: str | None,
    checkpoint_by: str | None,
    checkpoints: tuple[str, ...],
    measures: tuple[str, ...],
    all_measures: bool,
    level: float,
) -> None:
    """Rates with intervals per checkpoint, eval and arm, from a log or a folder of LOGS.

    What is missing is counted beside each rate; the worst-case interval says what it could hide.
    """
    if not 0 < level < 1:
        raise BadInput(f"--level {level}: expected a fraction between 0 and 1, such as 0.95")
    if score is None and (misaligned is not None or checkpoint_by is not None):
        raise BadInput("--misaligned and --checkpoint-by are for foreign logs: give --score too")
    foreign = Foreign(score, misaligned, checkpoint_by) if score is not None else None
    reading = observe(logs, foreign)
    for line in reading.lines():
        click.echo(safe_text(line), err=True)
    rows = _of_checkpoints(rates(reading.table, measures or None, level), checkpoints)
    if as_json:
        click.echo(json.dumps(to_json(rows, level), indent=2, allow_nan=False))
        return
    shown = [row for row in rows if measures or all_measures or _is_headline(row)]
    console = Console(highlight=False)
    _print(shown, level, console if console.is_terminal else Console(width=PIPED_WIDTH))


def _of_checkpoints(rows: list[RateRow], names: Sequence[str]) -> list[RateRow]:
    there = sorted({row.checkpoint for row in rows})
    for name in names:
        if name not in there:
            raise BadInput(f"there is no checkpoint {name!r}; there are {', '.join(there)}")
    return [row for row in rows if not names or row.checkpoint in names]


def _is_headline(row: RateRow) -> bool:
    return row.measure in DEFAULT_MEASURES or row.family == FOREIGN


def _print(rows: Sequence[RateRow], level: float, console: Console) -> None:
    for title, block in groupby(rows, key=_title):
        cells = list(block)
        console.print(Text(title, style="bold"))
        console.print(Text(_about(cells[0]), style="dim"))
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
        table.add_column("measure", width=24, overflow="fold")
        table.add_column("events", width=9, justify="right")
        table.add_column("rate", width=7, justify="right")
        table.add_column(f"{100 * level:g} % interval", width=14, justify="right")
        table.add_column("worst case", width=14, justify="right")
        table.add_column("missing", overflow="fold")
        for row in cells:
            table.add_row(*(Text(cell) for cell in _cells(row)))
        console.print(table)
        console.print()


def _title(row: RateRow) -> str:
    role = {"test": "", "control": "control", "fixed": "fixed question"}[row.role]
    parts = [row.checkpoint, row.eval, row.arm, row.thinking, role]
    simulated = "  (simulated)" if row.simulated else ""
    return " · ".join(safe_text(part, 60) for part in parts if part) + simulated


def _about(row: RateRow) -> str:
    seen = ", ".join(f"{name} {count}" for name, count in row.visibility.items())
    judge = "" if row.family == FOREIGN else f"; judge {safe_text(row.judge or 'none', 40)}"
    return f"{row.samples} samples, {row.scenarios} scenarios scored; reasoning {seen}{judge}"


def _cells(row: RateRow) -> tuple[str, str, str, str, str, str]:
    counted = f"{row.events}/{row.scored}" if row.kind == "rate" else f"mean/{row.scored}"
    missing = ", ".join(f"{count} {reason}" for reason, count in row.missing.items())
    return (
        safe_text(row.measure),
        counted,
        "–" if row.rate is None else _number(row, row.rate),
        _interval(row, row.low, row.high),
        _interval(row, row.worst_low, row.worst_high),
        missing or "none",
    )


def _interval(row: RateRow, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "–"
    if row.kind == "mean":
        return f"{low:.2f} to {high:.2f}"
    return f"{100 * low:.1f} – {100 * high:.1f} %"


def _number(row: RateRow, value: float) -> str:
    return f"{value:.3f}" if row.kind == "mean" else f"{100 * value:.1f} %"
