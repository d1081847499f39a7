"""Judge against patterns against executed checks: where they disagree, and what to read first."""

from __future__ import annotations

import pandas as pd

from unmask.results.raters import Pair, Raters
from unmask.results.report.section import Section
from unmask.results.report.template import render
from unmask.results.report.words import NOTHING


def section(found: Raters, table: pd.DataFrame) -> Section | None:
    """Show every two raters of the same samples; None where there is one alone."""
    if not found.pairs:
        return None
    return Section(
        "raters",
        "Where readings disagree",
        render(
            "sections/raters.html.jinja2",
            pairs=[_pair(each) for each in found.pairs],
            cases=[line for each in found.pairs for line in _cases(each)],
            addressed=_addressed(table),
        ),
    )


def _pair(each: Pair) -> list[str]:
    counts = (each.both, each.first_only, each.second_only, each.neither, each.unrated)
    return [
        *(each.eval, each.first, each.second, *map(str, counts)),
        *(NOTHING if value is None else f"{value:.2f}" for value in (each.kappa, each.ac1)),
    ]


def _cases(each: Pair) -> list[list[str]]:
    return [
        [each.eval, case.checkpoint, case.scenario, f"{who}, not {other}", case.uuid, case.log]
        for who, other, cases in (
            (each.first, each.second, each.first_only_cases),
            (each.second, each.first, each.second_only_cases),
        )
        for case in cases
    ]


def _addressed(table: pd.DataFrame) -> list[list[str]]:
    """Count the samples that speak to the judge, by what became of them."""
    spoke = table[table["injection"].fillna(False).astype(bool)]
    groups = spoke.groupby(["checkpoint", "eval"], observed=True)
    return [
        [str(name), str(asked), str(len(rows)), _outcomes(rows)] for (name, asked), rows in groups
    ]


def _outcomes(rows: pd.DataFrame) -> str:
    outcome = rows["label"].astype(object).fillna(rows["missing"].astype(object))
    return ", ".join(f"{count} {what}" for what, count in outcome.value_counts().items())
