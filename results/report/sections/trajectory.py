"""Rates along training, with onsets, alarm and what the training run says of hacking."""

from __future__ import annotations

from collections.abc import Sequence

from unmask.results.report.comparisons import trajectory_cells, trajectory_lines
from unmask.results.report.section import Section
from unmask.results.report.template import render
from unmask.results.trajectory import Trajectory


def section(made: Sequence[Trajectory]) -> Section | None:
    """Show the series with more than one checkpoint; None where there is none."""
    shown = [each for each in made if len(each.points) > 1]
    if not shown:
        return None
    return Section(
        "trajectory",
        "Along training",
        render(
            "sections/trajectory.html.jinja2",
            lines=[
                [
                    *(each.run or "", each.eval, each.measure, str(len(each.points))),
                    *trajectory_cells(each),
                ]
                for each in shown
            ],
            remarks=list(trajectory_lines(shown)),
        ),
    )
