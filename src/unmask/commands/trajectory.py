"""`unmask trajectory`: rates along training, and when they changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unmask.commands.options import HerePath, checked_level, foreign_from, logs_options

if TYPE_CHECKING:
    from unmask.results.trajectory import Trajectory


@click.command()
@logs_options
@click.option(
    "--hack-rate",
    type=HerePath(),
    metavar="FILE.csv",
    help="The training run's own hack rate: columns step, rate (a fraction)[, episodes][, run].",
)
@click.option(
    "--threshold", default=0.02, show_default=True, help="Hacking has set in above this rate."
)
@click.option("--final", default=5, show_default=True, help="Checkpoints in the final mean.")
@click.option("--measure", "measures", multiple=True, help="Only this measure.")
@click.option("--points", is_flag=True, help="Also every checkpoint of the headline measures.")
@click.option("--level", default=0.95, show_default=True, help="Two-sided confidence level.")
@click.option("--json", "as_json", is_flag=True, help="Everything as JSON, nothing else.")
def command(
    logs: Path,
    score: str | None,
    misaligned: str | None,
    checkpoint_by: str | None,
    hack_rate: Path | None,
    threshold: float,
    final: int,
    measures: tuple[str, ...],
    points: bool,
    level: float,
    as_json: bool,
) -> None:
    """Rates in LOGS along training steps, the onset of changes, and an alarm for the newest.

    Onsets are intervals: after one checkpoint, by another. With --hack-rate, the onset of reward
    hacking in training stands beside them; it is never mixed with what evals say of hacking.
    """
    from unmask.cache import observed
    from unmask.errors import BadInput, Incomplete
    from unmask.evals.catalog import catalog
    from unmask.results.hacking import parse_hack_rates
    from unmask.results.trajectory import Plan, to_json, trajectories
    from unmask.text import safe_text

    checked_level(level)
    if not 0 <= threshold < 1 or final < 1:
        raise BadInput("--threshold is a fraction from 0 to 1, --final at least 1")
    hacks = parse_hack_rates(_read(hack_rate), str(hack_rate)) if hack_rate else []
    reading = observed(logs, foreign_from(score, misaligned, checkpoint_by))
    for line in reading.lines():
        click.echo(safe_text(line), err=True)
    headline = {spec.name: spec.headline for spec in catalog().values()}
    plan = Plan(headline, measures or None, threshold, final, level)
    made = trajectories(reading.table, plan, hacks)
    if not made:
        raise Incomplete("no checkpoint has a training step: give `run` and `step` in the battery")
    if as_json:
        click.echo(json.dumps(to_json(made, level), indent=2, allow_nan=False))
        return
    _show(made, points=points)


def _show(made: Sequence[Trajectory], *, points: bool) -> None:
    from unmask.console import out
    from unmask.results.report.comparisons import points_table, trajectory_lines, trajectory_table
    from unmask.text import safe_text

    out().print(trajectory_table(made))
    for line in trajectory_lines(made):
        out().print(safe_text(line))
    for each in made:
        if points and each.leads:
            out().print("")
            out().print(safe_text(f"{each.run or 'run'}: {each.eval}, {each.arm}, {each.measure}"))
            out().print(points_table(each))


def _read(path: Path) -> str:
    from unmask.errors import BadInput

    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: can't be read as text: {error}") from None
