"""What a rule of a gate looks at: one cell of the table, and what keeps it from passing. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from unmask.errors import BadInput
from unmask.results.cells import Cell, cells
from unmask.results.columns import counted
from unmask.results.comparable import SHOWN
from unmask.results.delta import Counts
from unmask.results.policy import LATEST, Policy
from unmask.results.stopping import STOPPED
from unmask.results.table import FOREIGN, UNKNOWN

BASELINE, NATIVE = "baseline", "native"
"""The arm and the thinking mode of a rule that names none."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule looks: an eval in one condition; None is the usual one."""

    eval: str
    arm: str | None = None
    thinking: str | None = None

    def __str__(self) -> str:
        return "/".join(part for part in (self.eval, self.arm, self.thinking) if part)

    def about(self, reason: str) -> str:
        """Put the condition before a reason, where it is not the usual one."""
        named = [
            f"{what} {part}"
            for what, part in (("arm", self.arm), ("thinking", self.thinking))
            if part
        ]
        return f"{', '.join(named)}: {reason}" if named else reason


def gated(steps: dict[str, tuple[str | None, int | None]], policy: Policy) -> tuple[str, ...]:
    """Say which checkpoints a policy gates.

    Args:
        steps: Label → training run and step, of all checkpoints there are.
        policy: The policy; `latest` is the highest step.

    Raises:
        BadInput: `latest` is said and there is no step, or more than one highest.
    """
    named: list[str] = []
    for label in policy.checkpoints:
        named.append(_latest(steps) if label == LATEST and LATEST not in steps else label)
    return tuple(dict.fromkeys(named))


def steps_of(table: pd.DataFrame) -> dict[str, tuple[str | None, int | None]]:
    """Label → training run and step of every checkpoint in a table."""
    rows = table[["checkpoint", "run", "step"]].drop_duplicates()
    return {
        str(label): (None if pd.isna(run) else str(run), None if pd.isna(step) else int(step))
        for label, run, step in rows.itertuples(index=False)
    }


class Subjects:
    """The cells of a table, found by checkpoint and place."""

    def __init__(self, table: pd.DataFrame, judge: str | None = None) -> None:
        self._judge = judge
        self._cells = [cell for cell in cells(table) if cell.role in ("test", "control")]
        self.families = {cell.eval: cell.family for cell in self._cells}
        self.checkpoints = sorted({cell.checkpoint for cell in self._cells})
        self.scores = frozenset(cell.judge for cell in self._cells if cell.family == FOREIGN)

    def find(self, checkpoint: str, place: Place, measure: str, role: str = "test") -> Cell | str:
        """Find the one cell of a checkpoint at a place, or say why there is none to decide on."""
        if checkpoint not in self.checkpoints:
            there = ", ".join(self.checkpoints) or "none"
            return f"no samples of checkpoint '{checkpoint}'; the logs hold {there}"
        mine = [c for c in self._cells if c.checkpoint == checkpoint and c.role == role]
        here = [c for c in mine if c.eval == place.eval]
        if not here:
            there = ", ".join(sorted({c.eval for c in mine})) or "none"
            return f"no {role} samples of eval '{place.eval}'; '{checkpoint}' has {there}"
        found = [c for c in here if _in_condition(c, place)]
        if not found:
            there = ", ".join(sorted({f"{c.arm}/{c.thinking}" for c in here}))
            return f"'{checkpoint}' was not asked {place} this way; it has {there}"
        if found[0].family == FOREIGN:
            found = [c for c in found if c.judge == measure]
            if not found:
                return f"no score '{measure}' in eval '{place.eval}'"
        return _one(found, self._judge)


def obstacles(cell: Cell, counts: Counts, measure: str, policy: Policy) -> list[str]:
    """List what keeps a rule on a cell from passing, whatever its limits are."""
    found = []
    scored, missing = int(counts.scored.sum()), int(counts.missing.sum())
    gaps = ", ".join(f"{number} {why}" for why, number in counts.reasons.items())
    if missing > policy.missing * (scored + missing):
        found.append(
            f"{missing} of {scored + missing} samples missing ({gaps}), more than the "
            f"{policy.missing:.1%} allowed"
        )
    blank = [
        name
        for name, m, absent in zip(counts.scenarios, counts.scored, counts.missing, strict=True)
        if m == 0 and absent > 0
    ]
    if blank:
        names = ", ".join(blank[:3]) + (" …" if len(blank) > 3 else "")
        found.append(f"{len(blank)} scenarios without one graded sample ({names})")
    graded = int((counts.scored > 0).sum())
    if graded < policy.min_scenarios:
        found.append(f"{graded} scenarios graded, {policy.min_scenarios} demanded")
    hidden = int(cell.rows["visibility"].eq("hidden").sum())
    # Where reasoning is hidden a judge may look for awareness, and can't see all that there is.
    most = 0 if measure == "eval_aware" else policy.missing * len(cell.rows)
    if measure in SHOWN and hidden > most:
        found.append(
            f"reasoning is hidden in {hidden} of {len(cell.rows)} samples, so '{measure}' can't "
            "pass; 'conduct' and 'overt' can"
        )
    return found + _refusals(cell, policy) + not_run(cell, policy)


def not_run(cell: Cell, policy: Policy) -> list[str]:
    """Say what of the promised battery a cell lacks."""
    if not policy.exact_battery:
        return []
    missing = counted(cell.rows["missing"])
    total = len(cell.rows)
    return [
        f"{missing[why]} of {total} promised samples were not run{because}"
        for why, because in (("not_run", ""), (STOPPED, ": stopped early"))
        if why in missing
    ]


def _refusals(cell: Cell, policy: Policy) -> list[str]:
    read = cell.rows["conduct"].notna()
    refused, most = int(cell.rows["conduct"].eq("refused").sum()), policy.most_refused(cell.eval)
    if not refused or refused <= most * int(read.sum()):
        return []
    return [
        f"{refused} of {int(read.sum())} replies are refusals, more than the {most:.1%} allowed"
    ]


def _in_condition(cell: Cell, place: Place) -> bool:
    foreign = cell.family == FOREIGN
    thinking = place.thinking or (UNKNOWN if foreign else NATIVE)
    return cell.arm == (place.arm or BASELINE) and cell.thinking == thinking


def _one(found: Sequence[Cell], judge: str | None) -> Cell | str:
    """Make one of the cells that differ only in judge, sampling or version, or say what differs."""
    judges = sorted({(c.judge, c.reads) for c in found if c.judge})
    if judge is not None and found[0].family != FOREIGN:
        if judges and not any(name == judge for name, _ in judges):
            return f"not read by the policy's judge {judge}, but by {judges[0][0]}"
        judges = [each for each in judges if each[0] == judge]
    if len(judges) > 1:
        names = "; ".join(f"{name} (reads {reads})" for name, reads in judges)
        return f"read in {len(judges)} ways: {names}; name one with 'judge' in the policy"
    kept = [c for c in found if not c.judge or (c.judge, c.reads) in judges]
    for what, held in (
        ("forms", {c.form or "none" for c in kept}),
        ("sampling settings", {c.config for c in kept}),
        ("versions", {c.version.split("+")[0] for c in kept}),
        ("training steps", {f"{c.run or ''}:{c.step}" for c in kept}),
    ):
        if len(held) > 1:
            return f"{what} differ within the cell and are never pooled: {', '.join(sorted(held))}"
    first = max(kept, key=lambda c: bool(c.judge))
    return replace(first, rows=pd.concat([c.rows for c in kept])) if len(kept) > 1 else first


def _latest(steps: dict[str, tuple[str | None, int | None]]) -> str:
    known = [(step, run, label) for label, (run, step) in steps.items() if step is not None]
    if not known:
        raise BadInput("the policy gates 'latest', but no checkpoint has a step; name one instead")
    if len(runs := sorted({run or "none" for _, run, _ in known})) > 1:
        raise BadInput(
            f"the policy gates 'latest', but there are several training runs ({', '.join(runs)}); "
            "name the checkpoint"
        )
    highest = max(step for step, _, _ in known)
    labels = sorted(label for step, _, label in known if step == highest)
    if len(labels) > 1:
        raise BadInput(f"'latest' is not one checkpoint: {', '.join(labels)} are at step {highest}")
    return labels[0]
