"""Arms against the baseline arm, and two checkpoints against each other."""

from __future__ import annotations

from collections.abc import Sequence

from unmask.results.comparison import Comparison
from unmask.results.report.comparisons import difference_words, side_words
from unmask.results.report.section import Section
from unmask.results.report.template import render
from unmask.results.report.words import NOTHING

TITLES = {
    "checkpoints": "{candidate} against {baseline}",
    "arms": "arm {arm} of {candidate}",
    "private - public": "private scenarios of {candidate} against public ones",
    "excess loss": "{candidate} against {baseline}",
}


def section(rows: Sequence[Comparison]) -> Section | None:
    """Show the leading comparisons, and why others could not be made; None where there are none."""
    shown = [row for row in rows if row.leads or row.difference is None]
    if not shown:
        return None
    return Section(
        "compared",
        "Comparisons",
        render("sections/compared.html.jinja2", lines=[_line(row) for row in shown]),
    )


def _line(row: Comparison) -> list[str]:
    names = {"candidate": row.candidate, "baseline": row.baseline, "arm": row.arm}
    place = [TITLES[row.contrast].format(**names), row.eval, row.measure]
    found = row.difference
    if found is None or found.estimate is None:
        return [*place, NOTHING, NOTHING, row.reason or NOTHING, "not comparable"]
    sides = [side_words(each, row.kind) for each in (found.second, found.first)]
    shows = row.verdict + ("" if row.robust in (None, True) else ", missing samples could undo it")
    return [*place, *sides, difference_words(found, row.kind), shows]
