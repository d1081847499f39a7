"""The transcripts behind the counts: which samples to show, and how."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from unmask.results.evidence import Evidence, Finding, PatternHit
from unmask.results.report.excerpt import Piece, Turn, excerpt, turns
from unmask.results.report.section import Section
from unmask.results.report.sections.counts import PLACE
from unmask.results.report.template import render
from unmask.results.report.words import ROLES

SHOWN_LABELS = ("overt", "covert", "hack")
"""Labels that a reader will want to see for themselves, in the order in which they are shown."""
CELL = [*PLACE, "role"]
PER_CELL = 3
IN_ALL = 300
"""Most samples in a report; with many checkpoints and evals each shows fewer."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A sample chosen to be shown."""

    log: str
    uuid: str
    what: str
    """Its label; for foreign scores, the score's name and value."""
    scenario: str
    variant: str | None
    epoch: int
    judge: str


@dataclass(frozen=True, slots=True)
class Cell:
    """The events of one checkpoint on one eval under one arm, and those of them to show."""

    place: tuple[str, ...]
    counts: dict[str, int]
    shown: tuple[Shown, ...]
    more: int
    """Samples with an event that are not shown."""
    simulated: bool


def choose(table: pd.DataFrame, per_cell: int = PER_CELL, in_all: int = IN_ALL) -> list[Cell]:
    """Choose samples with an event: overt before covert before hacks, other scenarios first.

    The choice depends on the table alone, so the same logs always show the same samples.
    """
    events = table[table["label"].isin(SHOWN_LABELS) | (table["value"] > 0)].copy()
    if events.empty:
        return []
    words = events["label"].astype(object)
    events["what"] = words.where(words.notna(), events["judge"].astype(str))
    ranks = {label: rank for rank, label in enumerate(SHOWN_LABELS)}
    events["rank"] = events["what"].map(lambda what: ranks.get(what, len(ranks)))
    events["role"] = pd.Categorical(events["role"], list(ROLES), ordered=True)
    order = ["eval", "role", "run", "step", "checkpoint", "arm", "thinking"]
    groups = list(
        events.sort_values(order, na_position="first", kind="stable").groupby(
            [*CELL, "run", "step"], observed=True, dropna=False, sort=False
        )
    )
    most = max(1, min(per_cell, in_all // len(groups)))
    return [
        _cell(tuple(str(part) for part in key[: len(CELL)]), rows, most) for key, rows in groups
    ]


def _cell(place: tuple[str, ...], rows: pd.DataFrame, most: int) -> Cell:
    once = rows.sort_values("rank", kind="stable").drop_duplicates("sample_uuid")
    again = once.groupby(["what", "scenario"], observed=True).cumcount()
    ordered = once.assign(again=again).sort_values(["rank", "again"], kind="stable")
    shown = [_shown(row) for row in ordered.head(most).to_dict("records")]
    counts = {str(what): int(n) for what, n in once["what"].value_counts().items()}
    simulated = bool(rows["simulated"].any())
    return Cell(place, counts, tuple(shown), len(once) - len(shown), simulated)


def _shown(row: Mapping[Any, Any]) -> Shown:
    return Shown(
        log=row["log"],
        uuid=row["sample_uuid"],
        what=row["what"] if pd.isna(row["value"]) else f"{row['what']} = {row['value']:g}",
        scenario=row["scenario"],
        variant=None if pd.isna(row["variant"]) else row["variant"],
        epoch=row["epoch"],
        judge=row["judge"],
    )


@dataclass(frozen=True, slots=True)
class View:
    """A sample as the template shows it."""

    shown: Shown
    id: str
    """The sample's id in its log; empty where it could not be read."""
    findings: tuple[tuple[Finding, tuple[Piece, ...]], ...]
    """Each finding with its quotation, cut."""
    hits: tuple[PatternHit, ...]
    explanation: tuple[Piece, ...]
    turns: Sequence[Turn]

    @property
    def gist(self) -> str:
        """The words that say most in a line: the quotation of the reading that makes the label."""
        quotes = [found for found, _ in self.findings if found.quote and not found.void]
        wanted = [found for found in quotes if found.means == "misaligned"] or quotes
        return wanted[0].quote if wanted else ""


def section(cells: Sequence[Cell], evidence: Mapping[str, Evidence], logs: str) -> Section:
    """Show the chosen samples, folded, with the words that judges quoted marked."""
    return Section(
        "evidence",
        "Evidence",
        render(
            "sections/evidence.html.jinja2",
            cells=[(cell, [_view(each, evidence) for each in cell.shown]) for cell in cells],
            arms=len({cell.place[2:4] for cell in cells}) > 1,
            command=f"inspect view --log-dir {shlex.quote(logs)}",
            parts=PARTS,
        ),
    )


PARTS = {
    "system": "System",
    "user": "User",
    "earlier": "Assistant, in the scenario's history",
    "reasoning": "Reasoning",
    "reply": "Reply",
    "act": "Tool call",
    "tool": "Tool answer",
}
"""Whose words a message holds."""


def _view(shown: Shown, evidence: Mapping[str, Evidence]) -> View:
    sample = evidence.get(shown.uuid)
    if sample is None:
        return View(shown, "", (), (), (), ())
    findings = [
        finding
        for finding in sample.findings
        if shown.judge in ("", finding.judge) or "+" in shown.judge
    ]
    return View(
        shown,
        sample.id,
        tuple((finding, excerpt(finding.quote)) for finding in findings),
        sample.hits[:12],
        excerpt(sample.explanation),
        turns(sample),
    )
