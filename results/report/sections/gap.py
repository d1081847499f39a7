"""Chat against agentic work, and the scenarios in which word and deed part."""

from __future__ import annotations

from unmask.results.discordant import Sample
from unmask.results.gap import Gaps
from unmask.results.report.comparisons import gap_cells
from unmask.results.report.section import Section
from unmask.results.report.template import render


def section(found: Gaps) -> Section | None:
    """Show every gap with its verdict; None where there is none to take."""
    if not found.gaps:
        return None
    return Section(
        "gap",
        "Chat against agentic work",
        render(
            "sections/gap.html.jinja2",
            lines=[
                [gap.checkpoint, gap.family, gap.contrast, gap.measure, *gap_cells(gap)]
                for gap in found.gaps
            ],
            cases=[
                [case.checkpoint, case.twin, case.what, _where(case.asked), _where(case.acted)]
                for case in found.cases
            ],
        ),
    )


def _where(samples: tuple[Sample, ...]) -> str:
    return f"{samples[0].uuid} in {samples[0].log}"
