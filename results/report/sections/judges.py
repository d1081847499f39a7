"""Who read the samples, how often that failed, and whether the judge's own errors are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from unmask.results.rates import CARRIED, RateRow
from unmask.results.report.section import Section
from unmask.results.report.template import render
from unmask.results.report.words import uncorrected
from unmask.results.table import FOREIGN
from unmask.scorers.labels import GRADER_REASONS


@dataclass(frozen=True, slots=True)
class Judge:
    """One judge, or panel, under one way of reading."""

    name: str
    reads: str
    readings: int
    failed: dict[str, int]
    """Readings that the judge itself failed at, by reason."""
    calls: int
    unanimous: tuple[int, int] | None
    """Of a panel: in how many votes of how many all agreed."""


def section(table: pd.DataFrame, rows: Sequence[RateRow]) -> Section:
    """List judges and foreign scores with what is known of their quality."""
    read = table[table["judge"] != ""]
    own, foreign = read[read["family"] != FOREIGN], read[read["family"] == FOREIGN]
    judges = [
        _judge(str(name), str(reads), part)
        for (name, reads), part in own.groupby(["judge", "reads"], observed=True)
    ]
    scores = [
        (str(name), str(event), len(part))
        for (name, event), part in foreign.groupby(["judge", "reads"], observed=True)
    ]
    corrected = [row for row in rows if row.corrected is not None]
    return Section(
        "judges",
        "Judges",
        render(
            "sections/judges.html.jinja2",
            judges=judges,
            scores=scores,
            corrected=corrected,
            uncorrected=uncorrected(rows),
            carried=CARRIED,
        ),
    )


def _judge(name: str, reads: str, rows: pd.DataFrame) -> Judge:
    failed = rows.loc[rows["missing"].isin(GRADER_REASONS), "missing"].astype(str).value_counts()
    return Judge(
        name,
        reads,
        len(rows),
        {str(reason): int(count) for reason, count in failed.items()},
        int(rows["judge_calls"].sum()),
        _unanimous(rows["votes"].dropna()),
    )


def _unanimous(votes: pd.Series) -> tuple[int, int] | None:
    """Votes read `a,b,c;d,d,d`: readings apart by semicolons, judges by commas."""
    counts = votes.astype(str).value_counts()
    polls = [
        (poll.split(","), int(count))
        for text, count in counts.items()
        for poll in str(text).split(";")
    ]
    panels = [(set(poll), count) for poll, count in polls if len(poll) > 1]
    if not panels:
        return None
    agreed = sum(count for said, count in panels if len(said) == 1)
    return agreed, sum(count for _, count in panels)
