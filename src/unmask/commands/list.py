"""`unmask list`: the evals."""

from __future__ import annotations

import json

import click

from unmask.evals.catalog import catalog, scenarios_of
from unmask.evals.scenarios import Scenario


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Machine-readable, with a schema version.")
def command(as_json: bool) -> None:
    """Show every eval: style, scenarios, samples, version, headline measure."""
    rows = []
    for spec in catalog().values():
        scenarios = [s for s in scenarios_of(spec) if s.role != "fixed"]
        rows.append(
            {
                "eval": spec.name,
                "family": spec.family,
                "style": spec.style,
                "version": spec.version,
                "scenarios": sum(s.role == "test" for s in scenarios),
                "controls": sum(s.role == "control" or _has_control(s) for s in scenarios),
                "samples": sum(len(s.variants) * max(1, len(s.cues)) for s in scenarios),
                "headline": spec.headline,
                "about": spec.about,
            }
        )
    if as_json:
        click.echo(json.dumps({"schema": 1, "evals": rows}, indent=1))
        return
    from rich.table import Table

    from unmask.console import out

    table = Table(box=None, pad_edge=False)
    for name in ("eval", "style", "version"):
        table.add_column(name)
    for name in ("scenarios", "controls", "samples"):
        table.add_column(name, justify="right")
    table.add_column("what it is", overflow="fold")
    for row in rows:
        table.add_row(
            *(
                str(row[k])
                for k in ("eval", "style", "version", "scenarios", "controls", "samples")
            ),
            str(row["about"]),
        )
    out().print(table)
    click.echo("\nRun one with any Inspect model: unmask run --model M --grader G --eval NAME")


def _has_control(scenario: Scenario) -> bool:
    return any(variant.role == "control" for variant in scenario.variants)
