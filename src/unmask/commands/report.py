"""`unmask report`: everything that logs say, in files for people and for other tools."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unmask.commands.options import (
    HerePath,
    calibration_option,
    calibrations_from,
    checked_level,
    foreign_from,
    logs_options,
)

if TYPE_CHECKING:
    import pandas as pd

    from unmask.results.calibration import Calibration
    from unmask.results.gate import Gate
    from unmask.results.observations import Foreign, Reading
    from unmask.results.report.build import Material
    from unmask.results.report.made import Made
    from unmask.results.report.section import Section


@click.command()
@logs_options
@calibration_option
@click.option("--out", type=HerePath(), default=Path("report"), show_default=True)
@click.option("--level", default=0.95, show_default=True, help="Two-sided confidence level.")
def command(
    logs: Path,
    score: str | None,
    misaligned: str | None,
    checkpoint_by: str | None,
    calibration: tuple[Path, ...],
    out: Path,
    level: float,
) -> None:
    """Report on a log or a folder of LOGS: one HTML file, a summary, and the table.

    Writes report.html (opens from disk, offline), summary.md (for a pull request), rates.json,
    observations.parquet and observations.csv, and made.json, by which `unmask verify` makes them
    again.
    """
    checked_level(level)
    foreign = foreign_from(score, misaligned, checkpoint_by)
    write_report(logs, out, foreign=foreign, level=level, calibration=calibration)


def write_report(
    logs: Path,
    out: Path,
    *,
    foreign: Foreign | None = None,
    level: float = 0.95,
    calibration: Sequence[Path] = (),
) -> None:
    """Read logs, write the report's files into a folder, and print its decisive lines and paths.

    Raises:
        BadInput: The logs can't be read, or the folder can't be written.
    """
    from unmask.cache import observed
    from unmask.files import atomic_write
    from unmask.results.report.lead import simulated
    from unmask.text import safe_text

    known = calibrations_from(calibration, logs)
    reading = observed(logs, foreign)
    for line in reading.lines():
        click.echo(safe_text(line), err=True)
    files, decisive = make_report(reading, asked(logs, level, foreign), known)
    for name, content in files.items():
        atomic_write(out / name, content)
    if simulated(reading.table) != "none":
        click.echo("SIMULATED: numbers of scripted reference models")
    for line in decisive:
        click.echo(safe_text(line))
    click.echo("")
    for name in files:
        click.echo(out / name)


def asked(logs: Path, level: float, foreign: Foreign | None, policy: str | None = None) -> Made:
    """Say what a report is asked for, as it says of itself later."""
    from importlib.metadata import version

    from unmask.results.report.made import Made

    return Made(
        logs=str(logs),
        level=level,
        score=(foreign.score, foreign.misaligned, foreign.checkpoint_by) if foreign else None,
        policy=policy,
        versions={name: version(name) for name in ("unmask", "inspect-ai")},
    )


def make_report(
    reading: Reading,
    made: Made,
    calibrations: Sequence[Calibration],
    gate: Gate | None = None,
) -> tuple[dict[str, bytes], list[str]]:
    """Make the report's files by name, and its decisive lines; of the same logs only once.

    Args:
        reading: What was read from the logs.
        made: What is asked for.
        calibrations: What is known of judges' errors.
        gate: What was decided, where a policy was given.
    """
    from unmask.cache import cache_folder, made_once
    from unmask.results.report.files import report_files, report_texts
    from unmask.results.report.lead import decisive
    from unmask.results.report.made import MADE_FILE

    def make() -> tuple[dict[str, str], bool]:
        found = gather(reading, Path(made.logs), made, calibrations, gate)
        said = decisive(found.table, found.rows, found.headline)
        shown = {each.uuid for cell in found.cells for each in cell.shown}
        whole = shown <= found.evidence.keys() and () not in found.packages
        return {_SAID: json.dumps(said), **report_texts(found)}, whole

    key = repr((made, list(calibrations), gate))
    texts = made_once(reading, key, make, cache_folder())
    said = json.loads(texts.pop(_SAID))
    return {**report_files(texts, reading.table), MADE_FILE: made.text().encode()}, said


_SAID = "decisive"


def gather(
    reading: Reading,
    logs: Path,
    made: Made,
    calibrations: Sequence[Calibration],
    gate: Gate | None,
) -> Material:
    """Work out all that a report is made of, opening whole samples only for those it shows.

    `logs` is where they are now, `made.logs` what they were called when it was asked for.
    """
    from unmask.evals.catalog import catalog
    from unmask.results.evidence import Evidence, read_evidence, read_packages
    from unmask.results.rates import rates
    from unmask.results.report.build import Material
    from unmask.results.report.sections.evidence import choose

    root = logs if logs.is_dir() else logs.parent
    cells = choose(reading.table)
    wanted: dict[str, list[str]] = {}
    for shown in (each for cell in cells for each in cell.shown):
        wanted.setdefault(shown.log, []).append(shown.uuid)
    evidence: dict[str, Evidence] = {}
    for log, uuids in wanted.items():
        evidence |= read_evidence(root / log, uuids)
    used = sorted(set(reading.table["log"]) - {""})
    headline = {spec.name: spec.headline for spec in catalog().values()}
    return Material(
        table=reading.table,
        rows=rates(reading.table, None, made.level, calibrations),
        level=made.level,
        headline=headline,
        notes=reading.lines(),
        cells=cells,
        evidence=evidence,
        packages=read_packages(root / log for log in used),
        versions=made.versions,
        logs=made.logs,
        gate=gate,
        compared=_compared(reading.table, headline, made.level),
    )


def _compared(table: pd.DataFrame, headline: dict[str, str], level: float) -> tuple[Section, ...]:
    """Make the sections that set samples against each other, where the table has what they need."""
    from unmask.results.compare import Plan as ComparePlan
    from unmask.results.compare import compare_arms, compare_private
    from unmask.results.gap import find_gaps
    from unmask.results.report.sections import compared, cues, gap, trajectory
    from unmask.results.trajectory import Plan, trajectories

    plan, named = ComparePlan(headline, level=level), sorted(table["checkpoint"].unique())
    rows = [*compare_arms(table, named, plan), *compare_private(table, named, plan)]
    made = [compared.section(rows)]
    if table["style"].nunique() > 1 or table[["twin", "cue"]].notna().any(axis=None):
        found = find_gaps(table, None, headline, level)
        made += [gap.section(found), cues.section(found)]
    if table["step"].notna().any():
        made.append(trajectory.section(trajectories(table, Plan(headline, level=level))))
    return tuple(section for section in made if section)
