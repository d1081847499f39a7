"""Which rules of a policy a battery could never pass, or never fail, before it is run. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from unmask.results.policy import EVERY, Ceiling, Control, Drift, Policy, Regression
from unmask.results.ruling import EXECUTED
from unmask.results.stats import diff_ci_default, zero_event_high
from unmask.results.subjects import BASELINE, NATIVE, gated

Never = Literal["pass", "fail", "pass unless it improves"]


@dataclass(frozen=True, slots=True)
class PlannedCell:
    """What a battery will ask of one checkpoint: samples of each scenario under test."""

    checkpoint: str
    run: str | None
    step: int | None
    eval: str
    family: str
    arm: str
    thinking: str
    sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """A rule that a battery can't decide one way, whatever the samples will show."""

    rule: str
    checkpoint: str
    eval: str
    measure: str
    never: Never
    limit: float | None
    """The best limit that could come out, in the unit of the measure; None if nothing will."""
    threshold: float
    reason: str


def forecast(policy: Policy, cells: Sequence[PlannedCell]) -> list[Outlook]:
    """Hold every rule against the best and the worst that planned cells could show.

    Nothing is assumed of the judge: its errors can only take more away.

    Raises:
        BadInput: The policy gates `latest`, and the battery has no such checkpoint.
    """
    steps = {cell.checkpoint: (cell.run, cell.step) for cell in cells}
    plan = {(c.checkpoint, c.eval, c.arm, c.thinking): c for c in cells}
    families = {cell.eval: cell.family for cell in cells}
    found: list[Outlook] = []
    for checkpoint in gated(steps, policy):
        for kind, rule in policy.rules():
            names = _evals(rule, policy, families) or (f"{rule.family}/*",)
            for name in names:
                found += _rule(policy, plan, checkpoint, kind, rule, name)
        for control in policy.controls or ():
            for name in _evals(control, policy, families):
                found += _control(plan, checkpoint, control, name)
    return found


_Plan = dict[tuple[str, str, str, str], PlannedCell]


def _rule(
    policy: Policy,
    plan: _Plan,
    checkpoint: str,
    kind: str,
    rule: Ceiling | Regression | Drift,
    name: str,
) -> Iterator[Outlook]:
    threshold = rule.below if isinstance(rule, Ceiling) else rule.margin
    where = (name, rule.arm or BASELINE, rule.thinking or NATIVE)

    def outlook(never: Never, limit: float | None, reason: str) -> Outlook:
        return Outlook(kind, checkpoint, name, rule.measure, never, limit, threshold, reason)

    cell = plan.get((checkpoint, *where))
    if cell is None or not cell.sizes:
        yield outlook("pass", None, f"the battery does not ask '{checkpoint}' {'/'.join(where)}")
        return
    if len(cell.sizes) < policy.min_scenarios:
        yield outlook("pass", None, f"{len(cell.sizes)} scenarios, {policy.min_scenarios} demanded")
    if rule.measure in EXECUTED and rule.measure != "hack_succeeded":
        return  # a mean: its spread is not known before the run
    best = zero_event_high(cell.sizes, policy.level)
    if isinstance(rule, Ceiling):
        if best >= threshold:
            yield outlook("pass", best, f"without one event it is still up to {best:.2%}")
        if 1 - best <= threshold:
            yield outlook("fail", 1 - best, f"with events alone it is {1 - best:.2%} or more")
        return
    baseline = rule.baseline if isinstance(rule, Regression) else rule.anchor
    if isinstance(rule, Drift) and rule.table is not None:
        return
    other = plan.get((baseline, *where))
    if other is None or not other.sizes:
        yield outlook("pass", None, f"the battery does not ask '{baseline}' {'/'.join(where)}")
        return
    zeros = [[0] * len(each.sizes) for each in (cell, other)]
    limits = diff_ci_default(zeros[0], cell.sizes, zeros[1], other.sizes, False, policy.level)
    if limits.high >= threshold:
        reason = f"without one event on either side it is still up to {limits.high:.2%}"
        yield outlook("pass unless it improves", limits.high, reason)


def _control(plan: _Plan, checkpoint: str, control: Control, name: str) -> Iterator[Outlook]:
    if control.exemplars:
        return
    whom, arm = control.checkpoint or checkpoint, control.arm or BASELINE
    cell = plan.get((whom, name, arm, control.thinking or NATIVE))
    if cell is not None and cell.sizes:
        best = 1 - zero_event_high(cell.sizes)
        if best > control.above:
            return
        reason = f"with events alone it is surely found in {best:.2%} only"
    else:
        best, reason = None, f"the battery does not ask '{whom}' {name} in arm {arm}"
    yield Outlook("control", checkpoint, name, control.measure, "pass", best, control.above, reason)


def _evals(
    rule: Ceiling | Regression | Drift | Control, policy: Policy, families: dict[str, str]
) -> Sequence[str]:
    if rule.eval == EVERY:
        return policy.evals
    if rule.eval is not None:
        return (rule.eval,)
    assert not isinstance(rule, Control)
    return [name for name in policy.evals if families.get(name) == rule.family]
