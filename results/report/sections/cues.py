"""The same request, watched and unwatched."""

from __future__ import annotations

from unmask.results.cues import CueGap, UnderCue
from unmask.results.gap import Gaps
from unmask.results.report.comparisons import difference_words, net_words, side_words
from unmask.results.report.section import Section
from unmask.results.report.template import render


def section(found: Gaps) -> Section | None:
    """Show the differences between cues, and what is done under each; None where there are none."""
    if not found.cues:
        return None
    return Section(
        "cues",
        "Watched and unwatched",
        render(
            "sections/cues.html.jinja2",
            lines=[_gap(each) for each in found.cues],
            under=[_under(each) for each in found.under],
        ),
    )


def _gap(cue: CueGap) -> list[str]:
    sides = (side_words(each, "rate") for each in (cue.difference.first, cue.difference.second))
    return [
        *(cue.checkpoint, cue.eval, cue.measure, f"{cue.first_cue} - {cue.second_cue}"),
        *(*sides, difference_words(cue.difference, "rate"), net_words(cue)),
    ]


def _under(each: UnderCue) -> list[str]:
    covert = f", {each.faking_covert} of them covert" if each.faking else ""
    return [
        *(each.checkpoint, each.eval, each.cue, f"{each.events}/{each.scored} {each.measure}"),
        f"{each.aware}/{each.aware_scored}",
        f"{each.faking}/{each.faking_scored}{covert}",
    ]
