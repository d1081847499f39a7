"""The transcripts behind the counts: which samples to show, and how."""

from __future__ import annotations

import shlex
from collections import Counter
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
COLUMNS = [
    *(*CELL, "run", "step", "log", "sample_uuid", "scenario", "variant", "epoch"),
    *("label", "value", "judge", "simulated"),
]
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
    events = table.loc[table["label"].isin(SHOWN_LABELS) | (table["value"] > 0), COLUMNS]
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    plain = events.astype(object).where(events.notna(), None)
    held = [dict(zip(COLUMNS, row, strict=True)) for row in plain.itertuples(index=False)]
    for row in sorted(held, key=_order):
        groups.setdefault(_order(row), []).append(row)
    most = max(1, min(per_cell, in_all // max(1, len(groups))))
    return [_cell(rows, most) for rows in groups.values()]


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    when = (row["run"] or "", -1 if row["step"] is None else row["step"], row["checkpoint"])
    asked = (row["eval"], list(ROLES).index(row["role"]))
    return (*asked, *when, row["arm"], row["thinking"])


def _cell(rows: Sequence[dict[str, Any]], most: int) -> Cell:
    once = list({row["sample_uuid"]: row for row in sorted(rows, key=_rank, reverse=True)}.values())
    once.sort(key=_rank)
    seen: Counter[tuple[str, str]] = Counter()
    ranked = []
    for row in once:
        ranked.append((_rank(row), seen[_what(row), row["scenario"]], row))
        seen[_what(row), row["scenario"]] += 1
    ranked.sort(key=lambda each: each[:2])
    return Cell(
        place=tuple(str(rows[0][name]) for name in CELL),
        counts=dict(Counter(_what(row) for row in once).most_common()),
        shown=tuple(_shown(row) for *_, row in ranked[:most]),
        more=max(0, len(once) - most),
        simulated=any(row["simulated"] for row in rows),
    )


def _what(row: Mapping[str, Any]) -> str:
    return str(row["judge"] if row["label"] is None else row["label"])


def _rank(row: Mapping[str, Any]) -> int:
    return SHOWN_LABELS.index(row["label"]) if row["label"] in SHOWN_LABELS else len(SHOWN_LABELS)


def _shown(row: Mapping[str, Any]) -> Shown:
    return Shown(
        log=row["log"],
        uuid=row["sample_uuid"],
        what=_what(row) if row["value"] is None else f"{_what(row)} = {row['value']:g}",
        scenario=row["scenario"],
        variant=row["variant"],
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
