"""A judge's record on exemplars, and the agreement of two judges, as tables for a terminal."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from unmask.results.assess import Assessment, Rubric
from unmask.results.report.words import NOTHING, percent
from unmask.results.stats import Rate
from unmask.text import safe_text

MOST_FAILURES = 30
"""Failures listed on a terminal; --json has all."""


def judge_table(rubric: Rubric) -> Table:
    """Lay out sensitivity and specificity, a measure per row."""
    table = _table(
        f"{rubric.eval}: {safe_text(rubric.judge)}, reads {rubric.reads}, {rubric.exemplars} "
        f"exemplars of {rubric.situations} situations"
    )
    for name in ("measure", "sensitivity [95 %]", "found", "specificity [95 %]", "false alarms"):
        table.add_column(name)
    table.add_column("unread")
    for each in rubric.measures:
        table.add_row(
            each.measure,
            _rate(each.sensitivity),
            f"{each.tp}/{each.n_pos}",
            _rate(each.specificity),
            f"{each.fp}/{each.n_neg}",
            _unread(each),
        )
    return table


def cases_table(rubric: Rubric) -> Table:
    """Lay out where the judge errs, by kind of case."""
    table = _table("Where it errs")
    for name in ("case", "exemplars", "wrong", "unread"):
        table.add_column(name)
    for each in rubric.cases:
        if each.wrong or each.unread:
            table.add_row(each.case, str(each.exemplars), str(each.wrong), str(each.unread))
    return table


def failures_table(rubric: Rubric) -> Table:
    """Lay out the readings that are not the labelled ones."""
    more = len(rubric.failures) - MOST_FAILURES
    table = _table("To read" + (f" (and {more} more: --json)" if more > 0 else ""))
    for name in ("exemplar", "case", "reading", "labelled", "read as", "because"):
        table.add_column(name, overflow="fold")
    for each in rubric.failures[:MOST_FAILURES]:
        words = (each.id, each.case, each.reading, each.expected, each.got)
        table.add_row(*words, Text(safe_text(each.why, 120)))
    return table


def _unread(each: Assessment) -> str:
    if not each.unread_pos and not each.unread_neg:
        return "none"
    return f"{each.unread_pos} events, {each.unread_neg} others"


def _rate(rate: Rate | None) -> str:
    if rate is None:
        return NOTHING
    return f"{percent(rate.rate)} [{100 * rate.low:.1f}, {100 * rate.high:.1f}]"


def _table(title: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.title, table.title_justify = Text(title, style="bold"), "left"
    return table
