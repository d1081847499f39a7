"""`unmask compare`: two checkpoints side by side, and which evals regressed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unmask.commands.options import checked_level, foreign_from, logs_options
from unmask.errors import BadInput, Incomplete

if TYPE_CHECKING:
    from unmask.results.comparison import Comparison


@click.command()
@logs_options
@click.option("--baseline", help="The checkpoint to compare with.")
@click.option("--candidate", help="The checkpoint in question.")
@click.option("--arms", is_flag=True, help="Also each arm against the same checkpoint's baseline.")
@click.option("--measure", "measures", multiple=True, help="Only this measure.")
@click.option("--all-measures", is_flag=True, help="Every measure, not only the headline ones.")
@click.option("--level", default=0.95, show_default=True, help="Two-sided confidence level.")
@click.option("--json", "as_json", is_flag=True, help="Every comparison as JSON, nothing else.")
def command(
    logs: Path,
    score: str | None,
    misaligned: str | None,
    checkpoint_by: str | None,
    baseline: str | None,
    candidate: str | None,
    arms: bool,
    measures: tuple[str, ...],
    all_measures: bool,
    level: float,
    as_json: bool,
) -> None:
    """Differences between two checkpoints in LOGS, and which evals regressed.

    Scenarios are paired over the items that both sides have. "Regressed" holds over the whole
    family of headline comparisons (Holm); other measures are exploratory. What can't be compared
    is listed with the reason. --arms alone compares arms within every checkpoint.
    """
    from unmask.cache import observed
    from unmask.evals.catalog import catalog
    from unmask.results.compare import Plan, compare, compare_arms, compare_private
    from unmask.results.comparison import to_json
    from unmask.text import safe_text

    checked_level(level)
    if (baseline is None) != (candidate is None) or (baseline is None and not arms):
        raise BadInput("give both --baseline and --candidate (or --arms to compare arms alone)")
    reading = observed(logs, foreign_from(score, misaligned, checkpoint_by))
    for line in reading.lines():
        click.echo(safe_text(line), err=True)
    headline = {spec.name: spec.headline for spec in catalog().values()}
    plan = Plan(headline, measures or None, level)
    rows: list[Comparison] = []
    named = sorted(reading.table["checkpoint"].astype(str).unique())
    if baseline is not None and candidate is not None:
        named = [baseline, candidate]
        rows += compare(reading.table, baseline, candidate, plan)
    if arms:
        rows += compare_arms(reading.table, named, plan)
    rows += compare_private(reading.table, named, plan)
    if as_json:
        click.echo(json.dumps(to_json(rows, level), indent=2, allow_nan=False))
    else:
        _show(rows, level, every=all_measures or bool(measures))
    if not any(row.difference is not None and row.difference.estimate is not None for row in rows):
        raise Incomplete("nothing could be compared; the reasons stand beside each eval")


def _show(rows: list[Comparison], level: float, *, every: bool) -> None:
    from unmask.console import out
    from unmask.results.report.comparisons import comparison_table
    from unmask.text import safe_text

    titles = {
        "checkpoints": "{candidate} against {baseline}",
        "arms": "arms of {candidate} against its baseline arm",
        "private - public": "private against public scenarios of {candidate}",
    }
    titles["excess loss"] = titles["checkpoints"]
    groups: dict[str, list[Comparison]] = {}
    for row in rows:
        if every or row.leads or row.difference is None:
            names = {"candidate": row.candidate, "baseline": row.baseline}
            groups.setdefault(titles[row.contrast].format(**names), []).append(row)
    for title, group in groups.items():
        out().print(safe_text(title))
        out().print(comparison_table(group))
        out().print("")
    regressed = sorted({row.eval for row in rows if row.verdict == "regressed"})
    named = ", ".join(regressed) or "none shown"
    out().print(safe_text(f"regressed: {named} (Holm over all headline comparisons, {level:.0%})"))
    for row in rows:
        if row.verdict == "regressed":
            for each in row.discordant[:3]:
                samples = (*each.first_samples[:1], *each.second_samples[:1])
                links = "; ".join(f"{sample.log} {sample.uuid}" for sample in samples)
                line = safe_text(f"  {row.eval} {each.scenario}: {links}")
                out().print(line, soft_wrap=True)
