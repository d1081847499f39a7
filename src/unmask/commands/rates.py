"""`unmask rates`: logs in, rates with their intervals and everything missing out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from unmask.cache import observed
from unmask.commands.options import (
    calibration_option,
    calibrations_from,
    checked_level,
    foreign_from,
    logs_options,
)
from unmask.console import out
from unmask.errors import BadInput
from unmask.evals.catalog import catalog
from unmask.results.rates import RateRow, rates, to_json
from unmask.results.report.terminal import rates_table
from unmask.results.table import FOREIGN
from unmask.text import safe_text

DEFAULT_MEASURES = ("misaligned", "overt", "covert", "refused")


@click.command()
@logs_options
@calibration_option
@click.option("--json", "as_json", is_flag=True, help="Every measure as JSON, nothing else.")
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
    calibration: tuple[Path, ...],
    checkpoints: tuple[str, ...],
    measures: tuple[str, ...],
    all_measures: bool,
    level: float,
) -> None:
    """Rates with intervals per checkpoint, eval and arm, from a log or a folder of LOGS.

    What is missing is counted beside each rate; --json holds the limits that it could hide.
    """
    checked_level(level)
    reading = observed(logs, foreign_from(score, misaligned, checkpoint_by))
    for line in reading.lines():
        click.echo(safe_text(line), err=True)
    known = calibrations_from(calibration, logs)
    rows = _of_checkpoints(rates(reading.table, measures or None, level, known), checkpoints)
    if as_json:
        click.echo(json.dumps(to_json(rows, level), indent=2, allow_nan=False))
        return
    out().print(rates_table(rows if measures or all_measures else headline_rows(rows)))


def headline_rows(rows: Sequence[RateRow]) -> list[RateRow]:
    """Keep what a first look needs; --all-measures and --json have the rest.

    Controls and the fixed question have their own rows there: they are no part of an eval's rate.
    Only an effect is shown with that in the controls, for it says little without.
    """
    headline = {spec.name: spec.headline for spec in catalog().values()}
    return [
        row
        for row in rows
        if row.family == FOREIGN
        or (row.role == "test" and row.measure in (*DEFAULT_MEASURES, headline.get(row.eval)))
        or (row.role == "control" and row.measure == "effect" == headline.get(row.eval))
    ]


def _of_checkpoints(rows: list[RateRow], names: Sequence[str]) -> list[RateRow]:
    there = sorted({row.checkpoint for row in rows})
    for name in names:
        if name not in there:
            raise BadInput(f"there is no checkpoint {name!r}; there are {', '.join(there)}")
    return [row for row in rows if not names or row.checkpoint in names]
