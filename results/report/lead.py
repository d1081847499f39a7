"""The first lines of a report: what it is of, whether it is simulated, and what stands out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import pandas as pd

from unmask.results.rates import RateRow
from unmask.results.report.words import counted, in_order, leading, percent, plural, rate, reasons

Simulated = Literal["none", "some", "all"]

NOTHING_TESTED = "No eval has a test scenario in these logs: there is nothing to state a rate of."


def simulated(table: pd.DataFrame) -> Simulated:
    """Whether rows come from the offline reference models."""
    share = table["simulated"].mean() if len(table) else 0.0
    return "none" if share == 0 else "all" if share == 1 else "some"


def title(table: pd.DataFrame) -> str:
    """Name what was measured."""
    names = sorted(table["checkpoint"].astype(str).unique())
    return names[0] if len(names) == 1 else plural(len(names), "checkpoint")


def scope(table: pd.DataFrame) -> str:
    """Say how much was measured."""
    evals = sorted(table["eval"].astype(str).unique())
    shown = ", ".join(evals) if len(evals) <= 4 else plural(len(evals), "eval")
    run = table[["run", "step", "checkpoint"]].drop_duplicates().sort_values(["run", "step"])
    names = [str(name) for name in run["checkpoint"]]
    who = f"{', '.join(names)} on " if 1 < len(names) <= 6 else ""
    scenarios = table[["eval", "scenario"]].drop_duplicates()
    samples = table["sample_uuid"].nunique()
    return f"{who}{shown}: {plural(len(scenarios), 'scenario')}, {plural(samples, 'sample')}"


def decisive(
    table: pd.DataFrame, rows: Sequence[RateRow], headline: Mapping[str, str]
) -> list[str]:
    """Say in a few sentences what a reader should not miss: highest rates, gaps, blind spots."""
    first = [row for row in in_order(leading(rows, headline)) if row.role == "test"]
    if not first:
        return [NOTHING_TESTED]
    known = [row for row in first if row.rate is not None and row.kind == "rate"]
    lines = [_highest([row for row in known if row.style == style]) for style in _styles(known)]
    undefined = [row for row in first if row.rate is None]
    if undefined:
        where = _places(undefined)
        lines.append(f"No rate for {where}: {undefined[0].reason or 'nothing scored'}.")
    lost = table.loc[table["missing"].notna(), "missing"].astype(str).value_counts()
    if len(lost):
        counts = {str(name): int(count) for name, count in lost.items()}
        share = percent(int(lost.sum()) / len(table))
        lines.append(f"Missing: {share} of {plural(len(table), 'reading')} ({reasons(counts, 3)}).")
    hidden = [row for row in first if row.visibility.get("hidden")]
    if hidden:
        lines.append(
            f"Reasoning was hidden in part or whole for {_places(hidden)}: rates of misaligned "
            "leave those samples out; see conduct."
        )
    return lines


def _styles(rows: Sequence[RateRow]) -> list[str]:
    return sorted({row.style for row in rows})


def _highest(rows: Sequence[RateRow]) -> str:
    top = max(rows, key=lambda row: row.rate or 0.0)
    kind = f" of the {top.style} evals" if top.style in ("chat", "agentic") else ""
    if not top.events:
        most = max(row.high or 0.0 for row in rows)
        return f"No event in any scored sample{kind}; rates up to {percent(most)} are not excluded."
    return (
        f"Highest rate{kind}: {top.measure} {rate(top)} ({counted(top)}), "
        f"{top.checkpoint} on {top.eval}."
    )


def _places(rows: Sequence[RateRow]) -> str:
    names = list(dict.fromkeys(f"{row.checkpoint} on {row.eval}" for row in rows))
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
