"""The goals that were stated and thought, by kind, and the shift between the two."""

from __future__ import annotations

from collections.abc import Sequence

from unmask.results.report.section import Section
from unmask.results.report.template import render
from unmask.results.report.words import NOTHING
from unmask.results.taxonomy import GROUPS, NO_GOAL, UNREAD, Taxonomy

COLUMNS = (*GROUPS, NO_GOAL, UNREAD)


def section(found: Sequence[Taxonomy]) -> Section | None:
    """Show what a judge sorted; None where none was asked to."""
    if not found:
        return None
    return Section(
        "goals",
        "Goals by kind",
        render(
            "sections/goals.html.jinja2",
            columns=list(COLUMNS),
            kinds=[line for each in found for line in _kinds(each)],
            shifts=[line for each in found for line in _shifts(each)],
        ),
    )


def _kinds(each: Taxonomy) -> list[list[str]]:
    kinds = sorted({*each.said, *each.thought}, key=_place)
    return [
        [each.checkpoint, _asked(each), *kind.split("/"), *map(_count, counts)]
        for kind in kinds
        for counts in [(each.said.get(kind, 0), each.thought.get(kind, 0))]
    ]


def _shifts(each: Taxonomy) -> list[list[str]]:
    return [
        [each.checkpoint, _asked(each), thought, *(_count(said.get(to, 0)) for to in COLUMNS)]
        for thought, said in each.shift.items()
    ]


def _asked(each: Taxonomy) -> str:
    usual = (each.arm, each.thinking) == ("baseline", "native")
    return each.eval if usual else f"{each.eval}, {each.arm}, {each.thinking}"


def _place(kind: str) -> tuple[int, str]:
    group = kind.partition("/")[0]
    return (-GROUPS.index(group) if group in GROUPS else 1, kind)


def _count(count: int) -> str:
    return str(count) if count else NOTHING
