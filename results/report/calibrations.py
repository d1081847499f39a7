"""What is known of judges, as tables for a terminal: record, agreement, audit."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from unmask.results.agreement import Agreement
from unmask.results.assess import Assessment, Rubric
from unmask.results.audit import Audited
from unmask.results.report.words import NOTHING, percent
from unmask.results.stats import Rate
from unmask.text import safe_text

MOST_FAILURES = 30
"""Failures listed on a terminal; --json has all."""


def judge_table(rubric: Rubric) -> Table:
    """Lay out sensitivity and specificity, a measure per row."""
    answers = f" and {rubric.answers} answers afterwards" if rubric.answers else ""
    table = _table(
        f"{rubric.eval}: {safe_text(rubric.judge)}, reads {rubric.reads}, {rubric.exemplars} "
        f"exemplars of {rubric.situations} situations{answers}"
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


def agreement_table(found: Sequence[Agreement]) -> Table:
    """Lay out how far judges agree, a measure per row."""
    pairs = {(each.first, each.second) for each in found}
    names = " and ".join(next(iter(pairs))) if len(pairs) == 1 else ""
    table = _table(f"Agreement of {safe_text(names)}" if names else "Agreement")
    if not names:
        table.add_column("judges", overflow="fold")
    for name in ("eval", "measure"):
        table.add_column(name)
    heads = ("both", "first only", "second only", "neither", "unread", "kappa", "AC1", "alpha")
    for name in heads:
        table.add_column(name, justify="right")
    for each in found:
        counts = (each.both, each.first_only, each.second_only, each.neither, each.unread)
        beyond = (each.kappa, each.ac1, each.alpha)
        table.add_row(
            *(() if names else (safe_text(f"{each.first} and {each.second}"),)),
            each.eval,
            each.measure,
            *(str(count) for count in counts),
            *(NOTHING if value is None else f"{value:.2f}" for value in beyond),
        )
    return table


def discordant_table(found: Sequence[Agreement]) -> Table:
    """Lay out the samples that judges read differently."""
    listed = [(each, discord) for each in found for discord in each.discordant]
    more = len(listed) - MOST_FAILURES
    table = _table("To read" + (f" (and {more} more: --json)" if more > 0 else ""))
    for name in ("checkpoint", "eval", "measure", "scenario", "event, says", "sample"):
        table.add_column(name, overflow="fold")
    for each, discord in listed[:MOST_FAILURES]:
        says = "first" if discord.first else "second"
        words = (discord.checkpoint, each.eval, each.measure, discord.scenario, says)
        table.add_row(*(safe_text(word) for word in (*words, discord.sample_uuid)))
    return table


def audit_table(found: Sequence[Audited]) -> Table:
    """Lay out rates as read and as corrected by human labels."""
    arms = len({each.arm for each in found}) > 1
    table = _table("Audited by blind labels; samples that the judge did not read are in neither")
    for name in ("checkpoint", "eval", *(["arm"] if arms else []), "measure"):
        table.add_column(name, overflow="fold")
    for name in ("as read", "corrected"):
        table.add_column(name, overflow="fold", min_width=20)
    for name in ("labelled", "false", "missed", "unsure"):
        table.add_column(name, justify="right")
    for each in found:
        corrected = each.reason or NOTHING
        if each.rate is not None and each.low is not None and each.high is not None:
            corrected = _limits(each.rate, each.low, each.high)
        counts = (each.labelled, each.false_alarms, each.missed, each.unsure)
        names = (each.checkpoint, each.eval, *((each.arm,) if arms else ()), each.measure)
        table.add_row(
            *(safe_text(name) for name in names),
            _limits(each.raw, each.raw_low, each.raw_high),
            corrected,
            *(str(count) for count in counts),
        )
    return table


def _unread(each: Assessment) -> str:
    if not each.unread_pos and not each.unread_neg:
        return "none"
    return f"{each.unread_pos} events, {each.unread_neg} others"


def _rate(rate: Rate | None) -> str:
    if rate is None:
        return NOTHING
    return _limits(rate.rate, rate.low, rate.high)


def _limits(rate: float, low: float, high: float) -> str:
    return f"{percent(rate)} [{100 * low:.1f}, {percent(high, sign=False)}]"


def _table(title: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.title, table.title_justify = Text(title, style="bold"), "left"
    return table
