"""`unmask gap`: chat against agentic work, and whether chat hides something."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unmask.commands.options import LogsPath, checked_level

if TYPE_CHECKING:
    from unmask.results.gap import Gaps


@click.command()
@click.argument("logs", type=LogsPath(), default="logs")
@click.option("--reference", help="The checkpoint whose gap is taken for usual.")
@click.option("--level", default=0.95, show_default=True, help="Two-sided confidence level.")
@click.option("--json", "as_json", is_flag=True, help="Everything as JSON, nothing else.")
def command(logs: Path, reference: str | None, level: float, as_json: bool) -> None:
    """Chat against agentic work for each checkpoint in LOGS, paired over twins where there are.

    A gap alone says nothing of its cause. "Masked" is claimed only where a checkpoint's gap exceeds
    that of the --reference on the same scenarios, at the level of all such claims together.
    """
    from unmask.cache import observed
    from unmask.errors import Incomplete
    from unmask.evals.catalog import catalog
    from unmask.results.gap import find_gaps, to_json
    from unmask.text import safe_text

    checked_level(level)
    reading = observed(logs)
    for line in reading.lines():
        click.echo(safe_text(line), err=True)
    headline = {spec.name: spec.headline for spec in catalog().values()}
    found = find_gaps(reading.table, reference, headline, level)
    if as_json:
        click.echo(json.dumps(to_json(found, level), indent=2, allow_nan=False))
    else:
        simulated = bool(reading.table["simulated"].any())
        print_gaps(found, reference is not None, simulated)
    if not found.cues and not any(gap.gap is not None for gap in found.gaps):
        raise Incomplete("no gap: it takes chat and agentic evals, or twins in two forms")


def print_gaps(found: Gaps, referred: bool, simulated: bool) -> None:
    """Print gaps, the cases behind them, and what cues do; `referred`: a reference was named."""
    from unmask.console import out
    from unmask.results.report.comparisons import case_lines, cue_table, gap_table, under_table
    from unmask.text import safe_text

    if simulated:
        out().print("SIMULATED: numbers of scripted reference models")
    if found.gaps:
        out().print(gap_table(found.gaps))
    else:
        out().print("no gap: it takes chat and agentic evals, or twins in two forms")
    if not referred and found.gaps:
        out().print("no --reference: the cause of a gap is unknown, nothing is called masked")
    for line in case_lines(found.cases):
        out().print(safe_text(line))
    if found.cues:
        out().print("cues")
        out().print(cue_table(found.cues))
        out().print("under each cue: events of the measure, talk of a test, alignment faking")
        out().print(under_table(found.under))
