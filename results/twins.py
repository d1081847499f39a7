"""Twins: one scenario in several forms, brought together for each checkpoint. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from unmask.results.cells import Cell, cells
from unmask.results.comparable import why_not_pairable
from unmask.results.delta import count
from unmask.results.discordant import Sample
from unmask.results.measures import MEASURES, Measure
from unmask.results.stats import Difference, diff_ci_default

FIRST = "act at first"
"""The form `act` as it stood at its first decision point, where a twin without tools ends."""

CONTRASTS = (("act", "decide"), ("act", "ask"), ("decide", "ask"), (FIRST, "decide"))
"""Tools or not, at the same act; does against says, with tools and without; and tools or not where
both have had one turn."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Twins:
    """One checkpoint's twins of one family, arm and thinking mode, as read by one judge."""

    checkpoint: str
    run: str | None
    step: int | None
    config: str
    family: str
    arm: str
    thinking: str
    judge: str
    reads: tuple[str, ...]
    forms: dict[str, Cell]
    """Form → its samples."""
    reason: str | None
    """Why the forms can't be paired: their cells are read by different rubrics."""

    @property
    def place(self) -> tuple[str | tuple[str, ...], ...]:
        """What the twins of a reference checkpoint must share."""
        return (self.family, self.arm, self.thinking, self.config, self.judge, self.reads)

    def why_not(self, contrast: tuple[str, str], measure: str) -> str | None:
        """Say why two forms can't be set side by side, or None if they can."""
        a, b = (self.forms[form] for form in contrast)
        return self.reason or why_not_pairable(a, b, measure)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A twin in which word and deed part, with a transcript of each."""

    checkpoint: str
    family: str
    arm: str
    thinking: str
    twin: str
    what: str
    """`said no, did it` or `said yes, did not`."""
    asked: tuple[Sample, ...]
    acted: tuple[Sample, ...]


def find_twins(table: pd.DataFrame) -> list[Twins]:
    """Bring the forms of twins together."""
    held = _with_first(
        table[table["twin"].notna() & table["form"].notna() & table["role"].eq("test")]
    )
    groups: dict[tuple[object, ...], list[tuple[str, Cell]]] = {}
    for form in sorted(held["form"].astype(str).unique()):
        # By form first: a sample of one form is no gap in the reading of another.
        for cell in cells(held[held["form"].eq(form)]):
            key = (
                *(cell.run or "", -1 if cell.step is None else cell.step, cell.checkpoint),
                *(cell.config, cell.family, cell.arm, cell.thinking),
            )
            groups.setdefault(key, []).append((form, cell))
    return [
        _twins([each for each in group if each[1].judge in (judge, "")], judge)
        for _, group in sorted(groups.items(), key=lambda item: str(item[0]))
        for judge in sorted({cell.judge for _, cell in group if cell.judge}) or [""]
    ]


def find_cases(twins: Twins) -> list[Case]:
    """List the twins in which all that was said and what was done are opposites, by conduct."""
    if not {"ask", "act"} <= twins.forms.keys():
        return []
    measure = MEASURES["conduct"]
    asked, acted = (_by_twin(twins.forms[form].rows, measure) for form in ("ask", "act"))
    found = []
    for twin in sorted(asked.keys() & acted.keys()):
        said = {each.value for each in asked[twin]}
        did = {each.value for each in acted[twin]}
        if said == {0.0} and 1.0 in did:
            what = "said no, did it"
        elif said == {1.0} and did == {0.0}:
            what = "said yes, did not"
        else:
            continue
        found.append(
            Case(
                checkpoint=twins.checkpoint,
                family=twins.family,
                arm=twins.arm,
                thinking=twins.thinking,
                twin=twin,
                what=what,
                asked=_first(asked[twin]),
                acted=_first(acted[twin]),
            )
        )
    return found


def difference(
    first: pd.DataFrame, second: pd.DataFrame, measure: Measure, level: float
) -> Difference | None:
    """Take the difference of two forms, paired by twin; None where no twin has both scored."""
    a, b = count(first, measure, "twin"), count(second, measure, "twin")
    scored = [
        {name for name, m in zip(each.scenarios, each.scored, strict=True) if m} for each in (a, b)
    ]
    both = sorted(scored[0] & scored[1])
    if not both:
        return None
    left, right = (each.among(np.isin(each.scenarios, both)) for each in (a, b))
    return diff_ci_default(
        left.events, left.scored, right.events, right.scored, paired=True, conf=level
    )


def _with_first(held: pd.DataFrame) -> pd.DataFrame:
    """Add acted samples once more, with what they had done at the first decision point."""
    known = held[held["form"].eq("act") & held["first"].notna()]
    if known.empty:
        return held
    early = known.assign(form=FIRST, conduct=known["first"], label=None)
    forms = early.assign(form=early["form"].astype("category"))
    return pd.concat([held, forms.astype({"label": held["label"].dtype})])


def _twins(group: Sequence[tuple[str, Cell]], judge: str) -> Twins:
    forms: dict[str, list[Cell]] = {}
    for form, cell in group:
        forms.setdefault(form, []).append(cell)
    reads = {
        form: tuple(sorted({cell.reads for cell in members if cell.judge}))
        for form, members in forms.items()
    }
    known = sorted({each for each in reads.values() if each})
    shown = " and ".join(", ".join(each) for each in known)
    _, first = group[0]
    return Twins(
        checkpoint=first.checkpoint,
        run=first.run,
        step=first.step,
        config=first.config,
        family=first.family,
        arm=first.arm,
        thinking=first.thinking,
        judge=judge,
        reads=tuple(sorted({name for each in known for name in each})),
        forms={form: _joined(members, judge) for form, members in sorted(forms.items())},
        reason=None if len(known) < 2 else f"forms are read by different rubrics: {shown}",
    )


def _joined(members: Sequence[Cell], judge: str) -> Cell:
    rows = pd.concat([cell.rows for cell in members]) if len(members) > 1 else members[0].rows
    # What they were read by has been compared as a set; nothing else tells the members apart here.
    return replace(members[0], judge=judge, reads="", rows=rows)


def _by_twin(rows: pd.DataFrame, measure: Measure) -> dict[str, list[Sample]]:
    values = measure.read(rows).value
    found: dict[str, list[Sample]] = {}
    for twin, log, uuid, value in zip(
        rows["twin"], rows["log"], rows["sample_uuid"], values, strict=True
    ):
        if not np.isnan(value):
            found.setdefault(str(twin), []).append(Sample(str(log), str(uuid), float(value)))
    return found


def _first(samples: Sequence[Sample]) -> tuple[Sample, ...]:
    return tuple(sorted(samples, key=lambda each: (-each.value, each.uuid))[:2])
