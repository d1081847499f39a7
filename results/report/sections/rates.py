"""Rates with their intervals: charts side by side on one scale, then every number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from unmask.results.rates import RateRow
from unmask.results.report.charts import NARROW, WIDE, axis_top, rates_chart
from unmask.results.report.section import Section
from unmask.results.report.template import render
from unmask.results.report.words import in_order, leading
from unmask.results.table import FOREIGN


def section(rows: Sequence[RateRow], headline: Mapping[str, str], level: float) -> Section:
    """Show the measure that each eval leads with, and behind a fold all others."""
    first = [row for row in in_order(leading(rows, headline)) if row.role == "test"]
    others = [row for row in in_order(leading(rows, headline)) if row.role != "test"]
    led = {id(row) for row in first + others}
    top = axis_top(first)
    drawn = [
        (name, list(part))
        for name, part in groupby(first, key=lambda row: (row.eval, row.measure, row.kind))
    ]
    width = WIDE if len(drawn) <= 2 else NARROW
    charts = [(name, rates_chart(part, top, width)) for name, part in drawn]
    return Section(
        "rates",
        "Rates",
        render(
            "sections/rates.html.jinja2",
            charts=charts,
            first=grouped(first),
            others=grouped(others),
            every=grouped([row for row in in_order(rows) if id(row) not in led]),
            differing=differing(rows),
            mixed=len({row.simulated for row in rows}) > 1,
            level=f"{100 * level:g} %",
            gaps=any(row.missing for row in first),
        ),
    )


def grouped(rows: Sequence[RateRow]) -> list[tuple[RateRow, list[RateRow]]]:
    """Group rows by eval, in order, each group with its first row for what all share."""
    groups = [list(part) for _, part in groupby(rows, key=lambda row: (row.eval, row.version))]
    return [(group[0], group) for group in groups]


def differing(rows: Sequence[RateRow]) -> list[str]:
    """Name the conditions that are not the same in all rows, and so need a column.

    A foreign score is its own judge, and stands there as the measure.
    """
    own = [row for row in rows if row.family != FOREIGN]
    asked = [name for name in ("arm", "thinking", "config") if _differs(rows, name)]
    return asked + [name for name in ("judge", "reads") if _differs(own, name)]


def _differs(rows: Sequence[RateRow], name: str) -> bool:
    return len({getattr(row, name) for row in rows}) > 1
