"""The report as values: everything that is shown, and the list of sections in reading order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from unmask.results.evidence import Evidence
from unmask.results.gate import Gate
from unmask.results.raters import compare_raters
from unmask.results.rates import RateRow
from unmask.results.report.section import Section
from unmask.results.report.sections import (
    awareness,
    goals,
    judges,
    missing,
    provenance,
    raters,
    rates,
    visibility,
)
from unmask.results.report.sections import evidence as evidence_section
from unmask.results.report.sections import gate as gate_section
from unmask.results.report.sections.evidence import Cell
from unmask.results.report.sections.provenance import Packages
from unmask.results.taxonomy import taxonomies


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that a report is made of. The same material gives the same report, byte for byte."""

    table: pd.DataFrame
    rows: Sequence[RateRow]
    level: float
    headline: Mapping[str, str]
    """Eval → the measure that it leads with, where that is not `misaligned`."""
    notes: Sequence[str]
    """What reading the logs had to say, a line each."""
    cells: Sequence[Cell]
    evidence: Mapping[str, Evidence]
    packages: Packages
    versions: Mapping[str, str]
    """What the report is made with."""
    logs: str
    """Where the logs are, as the reader would name it."""
    gate: Gate | None = None
    """What was decided, where a policy was given; it stands above all else."""
    compared: Sequence[Section] = field(default=())
    """Sections that stand below the rates, such as gaps and trajectories."""


def sections(material: Material) -> list[Section]:
    """Render every section that has something to say, in reading order."""
    table, rows, named = material.table, material.rows, material.headline
    made = [
        gate_section.section(material.gate) if material.gate else None,
        rates.section(rows, named, material.level),
        *material.compared,
        goals.section(taxonomies(table)),
        missing.section(table),
        visibility.section(table),
        judges.section(table, rows),
        raters.section(compare_raters(table), table),
        awareness.section(table, rows, named, material.level),
        evidence_section.section(material.cells, material.evidence, material.logs),
        provenance.section(table, material.packages, material.notes, material.versions),
    ]
    return [section for section in made if section is not None]
