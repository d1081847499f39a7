"""One rule of a gate on one checkpoint: its result, and what all rules are decided from. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from unmask.results.calibration import Calibration, find_calibration, refusal
from unmask.results.cells import Cell
from unmask.results.policy import EFFECT_LOST, EVERY, Control, Drift, Policy, Regression
from unmask.results.policy import Ceiling as CeilingRule
from unmask.results.stats import Decision
from unmask.results.subjects import Place, Subjects

EXECUTED = frozenset(("effect", EFFECT_LOST, "hack_succeeded"))
"""Measures found by running the work: no judge, no judge's errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """What one rule comes to; limits and threshold are in the unit of the measure."""

    eval: str
    checkpoint: str
    measure: str | None
    """Null for rules on what must have been measured."""
    rule: str
    """`battery`, `control`, `ceiling`, `regression` or `drift`."""
    decision: Decision
    estimate: float | None = None
    """Raw, over the graded samples; for regressions and drift a difference, above 0 being worse."""
    low: float | None = None
    """The lower limit that a fail needs above the threshold."""
    high: float | None = None
    """The upper limit that a pass needs below the threshold."""
    threshold: float | None = None
    reason: str
    scenarios_needed: int | None = None
    """About how many scenarios in all would decide, if the rates stay as they look."""


def shown(measure: str | None, value: float) -> str:
    """Write a value in the unit of its measure: per cent for rates, a number for effects."""
    effects = ("effect", "effect_flagged", EFFECT_LOST)
    return f"{value:.3f}" if measure in effects else f"{100 * value:.2f} %"


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that rules are decided from."""

    policy: Policy
    subjects: Subjects
    calibrations: Sequence[Calibration]
    anchors: Mapping[Path, Subjects]
    """Tables of pinned anchors by their path in the policy."""

    def places(self, rule: CeilingRule | Regression | Drift | Control) -> list[Place]:
        """Where a rule looks: one place for each eval that it speaks of."""
        arm = None if isinstance(rule, Control) else rule.arm
        names: Sequence[str]
        if rule.eval == EVERY:
            names = self.policy.evals
        elif rule.eval is not None:
            names = (rule.eval,)
        else:
            assert not isinstance(rule, Control)
            families = self.subjects.families
            names = [name for name in self.policy.evals if families.get(name) == rule.family]
        return [Place(name, arm, rule.thinking) for name in names]

    def calibration(self, cell: Cell, measure: str, executed: bool) -> Calibration | str | None:
        """Find what corrects a measure of a cell: None if nothing needs to, a text if it lacks."""
        if executed or measure in EXECUTED:
            return None
        found = find_calibration(self.calibrations, cell.judge, cell.reads, measure)
        if found is not None or self.policy.calibration == "optional":
            return found
        why = refusal(self.calibrations, cell.judge, cell.reads, measure)
        if not self.calibrations:
            why = f"no calibration of {cell.judge or 'any judge'} was given"
        return f"{why}; the policy demands it"
