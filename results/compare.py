"""Two checkpoints, or arms of one, side by side: differences, and which regressed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from unmask.errors import BadInput
from unmask.results.cells import Cell, cells
from unmask.results.comparable import OFFERED, SHOWN, why_not_comparable
from unmask.results.comparison import Comparison, Contrast, judged
from unmask.results.delta import delta, shared
from unmask.results.discordant import discordant
from unmask.results.effects import excess_loss
from unmask.results.measures import MEASURES
from unmask.results.table import FOREIGN

HEADLINE = "misaligned"
BASELINE_ARM = "baseline"
PRIVATE = "private/"
"""Prefix of scenarios that are not published."""

_BY_ITEM = ("scenario", "item")
_BY_PLACE = ("scenario", "variant", "cue", "form")
"""What pairs samples across arms, whose prompts and so items differ."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is compared, and how surely."""

    headline: Mapping[str, str]
    """Eval → the measure that leads, where that is not `misaligned`."""
    measures: Sequence[str] | None = None
    """Only these; None for all that an eval has."""
    level: float = 0.95


def compare(table: pd.DataFrame, baseline: str, candidate: str, plan: Plan) -> list[Comparison]:
    """Compare two checkpoints by eval, arm, thinking mode and measure.

    Scenarios are paired over the items that both sides have. p-values invert the interval that is
    shown (Zou & Donner 2008), but stay above what a sign-flip test of the scenarios could give, so
    that three scenarios never name a regression. "Which regressed" is a claim about any of many
    rows and takes Holm's (1979) adjustment over the leading ones; all others are exploratory.

    Raises:
        BadInput: A checkpoint is not in the table, or both are the same.
    """
    check_known(table, baseline, candidate)
    if baseline == candidate:
        raise BadInput(f"baseline and candidate are the same checkpoint: {baseline!r}")
    held = [cell for cell in _cells(table) if cell.checkpoint in (baseline, candidate)]
    before, after = (
        [cell for cell in held if cell.checkpoint == name] for name in (baseline, candidate)
    )
    rows = [
        row
        for a, b in _matched(before, after)
        for row in _compared("checkpoints", a, b, plan)
        if b.role == "test"
    ]
    rows += _unmatched(before, after, plan)
    return judged([*rows, *_excess_losses(before, after, plan)], plan.level)


def compare_arms(table: pd.DataFrame, checkpoints: Sequence[str], plan: Plan) -> list[Comparison]:
    """Compare each arm with the baseline arm of the same checkpoint, paired by wording.

    Raises:
        BadInput: A checkpoint is not in the table.
    """
    check_known(table, *checkpoints)
    held = [cell for cell in _cells(table) if cell.role == "test"]
    rows = []
    for name in checkpoints:
        mine = [cell for cell in held if cell.checkpoint == name]
        usual = [cell for cell in mine if cell.arm == BASELINE_ARM]
        others = [cell for cell in mine if cell.arm != BASELINE_ARM]
        pairs = _matched(usual, others, by_arm=False)
        rows += [row for a, b in pairs for row in _compared("arms", a, b, plan)]
    return judged(rows, plan.level)


def compare_private(
    table: pd.DataFrame, checkpoints: Sequence[str], plan: Plan
) -> list[Comparison]:
    """Compare private scenarios with public ones, unpaired: what publication may have changed.

    Raises:
        BadInput: A checkpoint is not in the table.
    """
    check_known(table, *checkpoints)
    rows = []
    for cell in _cells(table):
        private = cell.rows["scenario"].str.startswith(PRIVATE).to_numpy(dtype=bool)
        if cell.checkpoint in checkpoints and cell.role == "test" and private.any():
            for measure in cell.measures:
                if _leads(cell, measure.name, plan) and measure.kind == "rate":
                    sides = cell.rows[private], cell.rows[~private]
                    found = delta(*sides, measure, plan.level, paired=False)
                    facts = _facts("private - public", cell, cell, measure.name, plan)
                    rows.append(Comparison(**facts, difference=found, reason=found.reason))
    return judged(rows, plan.level)


def check_known(table: pd.DataFrame, *checkpoints: str) -> None:
    """Raise BadInput, with the names there are, for a checkpoint that is not in the table."""
    there = sorted(table["checkpoint"].astype(str).unique())
    for name in checkpoints:
        if name not in there:
            raise BadInput(f"there is no checkpoint {name!r}; there are {', '.join(there)}")


def _cells(table: pd.DataFrame) -> list[Cell]:
    return [cell for cell in cells(table) if cell.role != "fixed"]


def _slot(cell: Cell, by_arm: bool = True) -> tuple[str, ...]:
    return (cell.eval, cell.form or "", cell.arm if by_arm else "", cell.thinking, cell.role)


def _matched(
    before: Sequence[Cell], after: Sequence[Cell], by_arm: bool = True
) -> Iterator[tuple[Cell, Cell]]:
    """Pair each later cell with an earlier one of its slot: a comparable one where there is."""
    for b in after:
        rivals = [a for a in before if _slot(a, by_arm) == _slot(b, by_arm)]
        fitting = [a for a in rivals if why_not_comparable(a, b, OFFERED) is None]
        if rivals:
            yield (fitting or rivals)[0], b


def _compared(contrast: Contrast, a: Cell, b: Cell, plan: Plan) -> Iterator[Comparison]:
    key = _BY_PLACE if contrast == "arms" else _BY_ITEM
    first, second, left_b, left_a = shared(b.rows, a.rows, key)
    left_out = {"baseline": left_a, "candidate": left_b}
    for measure in b.measures:
        if plan.measures is not None and measure.name not in plan.measures:
            continue
        facts = _facts(contrast, a, b, measure.name, plan) | {"left_out": left_out}
        why = why_not_comparable(a, b, measure.name)
        if why is None and first.empty:
            why = "no item is the same on both sides"
        if why is not None:
            yield Comparison(**facts, difference=None, reason=why)
            continue
        found = delta(first, second, measure, plan.level)
        listed = discordant(first, second, measure) if facts["leads"] else ()
        facts |= {"discordant": listed}
        yield Comparison(**facts, difference=found, reason=found.reason)


def _unmatched(before: Sequence[Cell], after: Sequence[Cell], plan: Plan) -> Iterator[Comparison]:
    """Say so where one side alone has an eval, arm or thinking mode."""
    for mine, others, side in ((before, after, "candidate"), (after, before, "baseline")):
        for cell in mine:
            if cell.role == "test" and not any(_slot(cell) == _slot(each) for each in others):
                facts = _facts("checkpoints", cell, cell, _leading(cell, plan), plan)
                names = {"baseline": before[0].checkpoint, "candidate": after[0].checkpoint}
                reason = f"the {side} has no samples of this eval, arm and thinking mode"
                yield Comparison(**(facts | names), difference=None, reason=reason)


def _excess_losses(
    before: Sequence[Cell], after: Sequence[Cell], plan: Plan
) -> Iterator[Comparison]:
    """Compare what is lost between control and test, where an eval has controls with effects."""
    pairs = list(_matched(before, after))
    for a, b in pairs:
        if b.role != "test" or (plan.measures is not None and "effect" not in plan.measures):
            continue
        mates = [
            (c, d)
            for c, d in pairs
            if d.role == "control" and _kin(d) == _kin(b) and _kin(c) == _kin(a)
        ]
        measure = b.measure("effect")
        if not mates or measure is None or mates[0][1].rows["effect"].isna().all():
            continue
        facts = _facts("excess loss", a, b, "effect", plan) | {"leads": True}
        why = why_not_comparable(a, b, "effect")
        if why is not None:
            yield Comparison(**facts, difference=None, reason=why)
            continue
        (c, d), *_ = mates
        (after_test, before_test, *_), (after_ctrl, before_ctrl, *_) = (
            shared(late.rows, early.rows, _BY_ITEM) for early, late in ((a, b), (c, d))
        )
        found = excess_loss(after_test, after_ctrl, before_test, before_ctrl, measure, plan.level)
        yield Comparison(**facts, difference=found, reason=found.reason)


def _kin(cell: Cell) -> tuple[str, ...]:
    asked = (cell.eval, cell.form or "", cell.arm, cell.thinking, cell.config, cell.version)
    return (*asked, cell.judge, cell.reads)


def _facts(contrast: Contrast, a: Cell, b: Cell, measure: str, plan: Plan) -> dict[str, Any]:
    known = b.measure(measure)
    return {
        "contrast": contrast,
        "baseline": a.checkpoint,
        "candidate": b.checkpoint,
        "eval": b.eval,
        "family": b.family,
        "style": b.style,
        "form": b.form,
        "baseline_arm": a.arm,
        "arm": b.arm,
        "thinking": b.thinking,
        "judge": b.judge,
        "reads": b.reads,
        "simulated": bool(a.rows["simulated"].any() or b.rows["simulated"].any()),
        "measure": measure,
        "kind": known.kind if known else MEASURES[measure].kind,
        "leads": _leads(b, measure, plan, a),
        "left_out": {"baseline": 0, "candidate": 0},
        "discordant": (),
    }


def _leads(cell: Cell, measure: str, plan: Plan, other: Cell | None = None) -> bool:
    """Whether a measure leads; conduct does where the headline can't be compared."""
    leading = _leading(cell, plan)
    if other is not None and leading in SHOWN and cell is not other:
        offered = why_not_comparable(other, cell, leading) is not None
        if offered and why_not_comparable(other, cell, OFFERED) is None:
            leading = OFFERED
    return measure == leading


def _leading(cell: Cell, plan: Plan) -> str:
    if cell.family == FOREIGN:
        return cell.measures[0].name
    return plan.headline.get(cell.eval, HEADLINE)
