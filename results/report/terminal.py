"""Rates as a table for a terminal or a pipe, readable at 100 columns."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rich.table import Table
from rich.text import Text

from unmask.results.rates import CARRIED, RateRow
from unmask.results.report.words import (
    ROLES,
    corrected,
    counted,
    in_order,
    rate,
    reasons,
    uncorrected,
)
from unmask.text import safe_text

NAME = 26
"""Most columns that a name may take."""


def rates_table(rows: Sequence[RateRow]) -> Table:
    """Lay out rates, one row each; columns that say the same in every row are left out."""
    read = {(row.eval, row.judge, row.reads) for row in rows if row.family != "foreign"}
    several = {
        "form": _differ({(row.eval, row.form) for row in rows}),
        "arm": len({row.arm for row in rows}) > 1,
        "thinking": len({row.thinking for row in rows}) > 1,
        "role": len({row.role for row in rows}) > 1,
        "judge": len({judge for _, judge, _ in read}) > 1 or _differ(read),
    }
    simulated = {row.simulated for row in rows}
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    if simulated == {True}:
        table.title = Text("SIMULATED: reference models, no real checkpoint", style="bold")
        table.title_justify = "left"
    for name in ("checkpoint", "eval"):
        table.add_column(name, overflow="fold", max_width=NAME)
    for name in (name for name, differs in several.items() if differs):
        table.add_column(name, overflow="fold", max_width=NAME)
    table.add_column("measure", overflow="fold", max_width=NAME)
    table.add_column("rate [interval]", overflow="fold", min_width=20)
    shown = any(row.corrected or row.uncorrected for row in rows)
    if shown:
        table.add_column("corrected", overflow="fold", min_width=19)
        notes = [f"corrected: for the judge's errors, {CARRIED}", *uncorrected(rows)]
        table.caption = Text("\n".join(safe_text(note) for note in notes))
        table.caption_justify = "left"
    for name in ("events", "scenarios"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("missing", overflow="fold", min_width=14)
    for row in in_order(rows):
        mark = " (simulated)" if row.simulated and len(simulated) > 1 else ""
        table.add_row(*(Text(safe_text(cell)) for cell in _cells(row, several, mark, shown)))
    return table


def _differ(facts: Collection[tuple[str | None, ...]]) -> bool:
    """Whether a fact differs within an eval, which each of them begins with."""
    return len(facts) > len({fact[0] for fact in facts})


def _cells(row: RateRow, several: dict[str, bool], mark: str, shown: bool) -> list[str]:
    named = {
        "form": row.form or "",
        "arm": row.arm,
        "thinking": row.thinking,
        "role": ROLES[row.role] or "test",
        "judge": row.judge or "none",
    }
    return [
        row.checkpoint + mark,
        row.eval,
        *(text for name, text in named.items() if several[name]),
        row.measure,
        rate(row),
        *([corrected(row)] if shown else []),
        counted(row),
        str(row.scenarios),
        reasons(row.missing, most=3),
    ]
