"""`unmask agreement`: judge against patterns against executed checks, and what to read first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unmask.commands.options import LogsPath

if TYPE_CHECKING:
    from rich.table import Table

    from unmask.results.raters import Pair, Panel


@click.command()
@click.argument("logs", type=LogsPath(), default="logs")
@click.option("--cases", default=3, show_default=True, help="Samples named per pair and side.")
@click.option("--json", "as_json", is_flag=True, help="Everything as JSON, nothing else.")
def command(logs: Path, cases: int, as_json: bool) -> None:
    """Where judge, patterns and executed checks of the samples in LOGS disagree.

    Each line counts samples that both rate: both see it, only the first, only the second, neither.
    Below it stand samples to read, as log and sample.
    """
    from unmask.cache import observed
    from unmask.console import out
    from unmask.errors import BadInput, Incomplete
    from unmask.results.raters import compare_raters, to_json
    from unmask.text import safe_text

    if cases < 0:
        raise BadInput(f"--cases {cases}: expected a number from 0 up")
    reading = observed(logs)
    for line in reading.lines():
        click.echo(safe_text(line), err=True)
    found = compare_raters(reading.table, cases)
    if as_json:
        click.echo(json.dumps(to_json(found), indent=2, allow_nan=False))
    else:
        if reading.table["simulated"].any():
            out().print("SIMULATED: numbers of scripted reference models")
        if found.pairs:
            out().print(_pairs(found.pairs))
        if found.panels:
            out().print(_panels(found.panels))
        for line in _cases(found.pairs):
            out().print(safe_text(line), soft_wrap=True)
    if not found.pairs and not found.panels:
        raise Incomplete("no two raters of the same samples in these logs")


def _pairs(pairs: tuple[Pair, ...]) -> Table:
    head = ("eval", "first", "second", "both", "only first", "only second", "neither", "κ", "AC1")
    rows = [
        (
            *(pair.eval, pair.first, pair.second),
            *(str(n) for n in (pair.both, pair.first_only, pair.second_only, pair.neither)),
            *(_number(pair.kappa), _number(pair.ac1)),
        )
        for pair in pairs
    ]
    return _table(head, rows, numbers_from=3)


def _panels(panels: tuple[Panel, ...]) -> Table:
    head = ("eval", "panel's reading of", "judges", "samples", "unanimous", "incomplete", "α")
    rows = [
        (
            *(panel.eval, panel.reading),
            *(str(n) for n in (panel.judges, panel.samples, panel.unanimous, panel.incomplete)),
            _number(panel.alpha),
        )
        for panel in panels
    ]
    return _table(head, rows, numbers_from=2)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]], numbers_from: int) -> Table:
    from rich.table import Table
    from rich.text import Text

    from unmask.text import safe_text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for place, name in enumerate(head):
        table.add_column(
            name, justify="right" if place >= numbers_from else "left", overflow="fold"
        )
    for row in rows:
        table.add_row(*(Text(safe_text(cell)) for cell in row))
    return table


def _cases(pairs: tuple[Pair, ...]) -> list[str]:
    lines = []
    for pair in pairs:
        sides = ((pair.first, pair.first_only_cases), (pair.second, pair.second_only_cases))
        for (who, cases), (other, _) in zip(sides, reversed(sides), strict=True):
            if cases:
                lines.append(f"{pair.eval}: {who} yes, {other} no")
            lines += [
                f"  {case.checkpoint}  {case.scenario}  {case.log}  {case.uuid}" for case in cases
            ]
    return lines


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.2f}"
