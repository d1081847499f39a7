"""Ceilings, regressions and drift: what each comes to for one checkpoint at one place. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import ceil

from unmask.results.alive import Dead
from unmask.results.calibration import Calibration
from unmask.results.cells import Cell
from unmask.results.claims import (
    Claim,
    Effects,
    effect_claim,
    effects,
    minus,
    rate_claim,
    rate_difference,
)
from unmask.results.comparable import why_not_comparable
from unmask.results.delta import count, shared
from unmask.results.effects import PAIR, with_pair
from unmask.results.measures import Measure
from unmask.results.policy import EFFECT_LOST, Ceiling, Drift, Regression
from unmask.results.ruling import Case, RuleResult, shown
from unmask.results.stats import Decision, scenarios_needed
from unmask.results.stopped import stopped_result
from unmask.results.subjects import Place, Subjects, obstacles

POWER = 0.8
"""Chance of a pass that `scenarios_needed` plans for."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a rule was measured to be, at any level, and what keeps it from passing."""

    claim_at: Callable[[float], Claim]
    obstacles: Sequence[str]
    samples_per_scenario: float
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """A regression or drift rule at one place, with its evidence or why there is none."""

    kind: str
    checkpoint: str
    place: Place
    rule: Regression | Drift
    evidence: Evidence | str


def ceiling_result(
    case: Case, dead: Dead, checkpoint: str, rule: Ceiling, place: Place
) -> RuleResult:
    """Decide a ceiling: pass and fail need all that could be hidden on the right side of it."""
    stopped = stopped_result(case, checkpoint, rule, place)
    if stopped is not None:
        return stopped
    evidence = _ceiling_evidence(case, dead, checkpoint, rule, place)
    if isinstance(evidence, str):
        return _undecided("ceiling", checkpoint, place, rule.measure, rule.below, evidence)
    claim = evidence.claim_at(case.policy.level)
    fails = claim.refusal is None and claim.low > rule.below
    return _result("ceiling", checkpoint, place, rule.measure, rule.below, evidence, claim, fails)


def difference(
    case: Case, dead: Dead, checkpoint: str, kind: str, rule: Regression | Drift, place: Place
) -> Difference:
    """Gather the evidence of a regression or drift rule."""
    found = _difference_evidence(case, dead, checkpoint, rule, place)
    return Difference(kind, checkpoint, place, rule, found)


def difference_results(differences: Sequence[Difference], level: float) -> list[RuleResult]:
    """Decide rules on differences: each passes on its own, which failed is named by Holm."""
    worse = _worse_by_holm(differences, level)
    results = []
    for index, each in enumerate(differences):
        rule, evidence = each.rule, each.evidence
        where = (each.kind, each.checkpoint, each.place, rule.measure, rule.margin)
        if isinstance(evidence, str):
            results.append(_undecided(*where, evidence))
        else:
            results.append(_result(*where, evidence, evidence.claim_at(level), index in worse))
    return results


def _worse_by_holm(differences: Sequence[Difference], level: float) -> set[int]:
    """Say which differences lie above their margins, so that all are right at once (Holm 1979).

    The step-down in terms of intervals: each of the n that are left is held against the level that
    splits the error n ways, until none more is above.
    """
    found: set[int] = set()
    known = {i: d for i, d in enumerate(differences) if not isinstance(d.evidence, str)}
    while left := known.keys() - found:
        at = 1 - (1 - level) / len(left)
        more = {i for i in left if _is_worse(known[i], at)}
        if not more:
            break
        found |= more
    return found


def _is_worse(each: Difference, level: float) -> bool:
    assert not isinstance(each.evidence, str)
    claim = each.evidence.claim_at(level)
    return claim.refusal is None and claim.low > each.rule.margin


def _ceiling_evidence(
    case: Case, dead: Dead, checkpoint: str, rule: Ceiling, place: Place
) -> Evidence | str:
    cell = case.subjects.find(checkpoint, place, rule.measure)
    if isinstance(cell, str):
        return cell
    measure = cell.measure(_column(rule.measure))
    if measure is None:
        return f"eval '{place.eval}' does not record '{rule.measure}'"
    calibration = case.calibration(cell, rule.measure, rule.executed)
    counts = count(cell.rows, measure)
    if not counts.scored.any():
        return _nothing(counts.reasons)
    found = _found(obstacles(cell, counts, rule.measure, case.policy), dead, checkpoint, place)
    size = float(counts.scored.sum() / (counts.scored > 0).sum())
    if measure.kind == "rate":
        return Evidence(_corrected(partial(rate_claim, counts), calibration), found, size)
    if isinstance(calibration, str):
        return calibration
    values = _effects(case.subjects, checkpoint, place, rule.measure, cell, measure)
    if isinstance(values, str):
        return values
    return _means(values, found, size) or "no scenario has an effect in both test and control"


def _difference_evidence(
    case: Case, dead: Dead, checkpoint: str, rule: Regression | Drift, place: Place
) -> Evidence | str:
    other, subjects = rule.baseline if isinstance(rule, Regression) else rule.anchor, case.subjects
    if isinstance(rule, Drift) and rule.table is not None:
        subjects = case.anchors[rule.table]
    elif other == checkpoint:
        return f"'{checkpoint}' is its own baseline"
    a = case.subjects.find(checkpoint, place, rule.measure)
    b = subjects.find(other, place, rule.measure)
    if isinstance(a, str) or isinstance(b, str):
        return a if isinstance(a, str) else str(b)
    unlike = why_not_comparable(a, b, rule.measure)
    if unlike is not None:
        return f"not comparable with '{other}': {unlike}"
    measure = a.measure(_column(rule.measure))
    if measure is None or b.measure(measure.name) is None:
        return f"eval '{place.eval}' does not record '{rule.measure}' on both sides"
    calibration = case.calibration(a, rule.measure, rule.executed)
    rows_a, rows_b, lost_a, lost_b = shared(a.rows, b.rows, ("scenario", "item"))
    if rows_a.empty:
        return f"'{other}' was asked no item that '{checkpoint}' was ({b.version}, {a.version})"
    first, second = count(rows_a, measure), count(rows_b, measure)
    found = _found(obstacles(a, first, rule.measure, case.policy), dead, checkpoint, place)
    found += [f"{other}: {why}" for why in obstacles(b, second, rule.measure, case.policy)]
    remark = f"{lost_a} and {lost_b} samples of unequal items left out" if lost_a + lost_b else ""
    if not ((first.scored > 0) & (second.scored > 0)).any():
        return "no scenario was graded on both sides"
    size = float(first.scored.sum() / (first.scored > 0).sum())
    if measure.kind == "rate":
        bounded = _corrected(partial(rate_difference, first, second), calibration)
        return Evidence(bounded, found, size, remark)
    if isinstance(calibration, str):
        return calibration
    mine = _effects(case.subjects, checkpoint, place, rule.measure, a, measure)
    theirs = _effects(subjects, other, place, rule.measure, b, measure)
    if isinstance(mine, str) or isinstance(theirs, str):
        return mine if isinstance(mine, str) else str(theirs)
    # A high effect is good work, so less of it is worse; a high loss of it is worse itself.
    worse = minus(theirs, mine) if rule.measure == "effect" else minus(mine, theirs)
    return _means(worse, found, size, remark) or "no scenario has an effect on both sides"


def _corrected(
    claim: Callable[[Calibration | None, float], Claim], calibration: Calibration | str | None
) -> Callable[[float], Claim]:
    """Correct a claim; where that is demanded and can't be done, keep the numbers and say so."""
    if isinstance(calibration, str):
        return lambda level: replace(claim(None, level), refusal=calibration)
    return lambda level: claim(calibration, level)


def _effects(
    subjects: Subjects, checkpoint: str, place: Place, name: str, cell: Cell, measure: Measure
) -> Effects | str:
    if name != EFFECT_LOST:
        return effects(count(cell.rows, measure))
    control = subjects.find(checkpoint, place, name, role="control")
    if isinstance(control, str):
        return control
    sides = [effects(count(with_pair(side.rows), measure, PAIR)) for side in (control, cell)]
    return minus(*sides)


def _means(values: Effects, found: Sequence[str], size: float, remark: str = "") -> Evidence | None:
    if effect_claim(values, 0.5) is None:
        return None

    def at(level: float) -> Claim:
        claim = effect_claim(values, level)
        assert claim is not None  # it was not at another level
        return claim

    return Evidence(at, found, size, remark)


def _result(
    kind: str,
    checkpoint: str,
    place: Place,
    measure: str,
    threshold: float,
    evidence: Evidence,
    claim: Claim,
    fails: bool,
) -> RuleResult:
    below, say = claim.high < threshold, partial(shown, measure)
    if fails:
        decision, reasons = Decision.FAIL, [f"{say(claim.low)} or more, above {say(threshold)}"]
    elif claim.refusal is not None:
        decision, reasons = Decision.INCONCLUSIVE, [claim.refusal]
    elif below and not evidence.obstacles:
        decision, reasons = Decision.PASS, [f"{say(claim.high)} at most, below {say(threshold)}"]
    else:
        decision, reasons = Decision.INCONCLUSIVE, list(evidence.obstacles)
    if not below and not fails and claim.refusal is None:
        reasons.append(_between(claim, threshold, say))
    needed = None if fails or below else _needed(kind, claim, threshold, evidence)
    return RuleResult(
        eval=place.eval,
        checkpoint=checkpoint,
        measure=measure,
        rule=kind,
        decision=decision,
        estimate=claim.estimate,
        low=claim.low,
        high=claim.high,
        threshold=threshold,
        reason=place.about("; ".join([*reasons, evidence.remark] if evidence.remark else reasons)),
        scenarios_needed=needed,
    )


def _between(claim: Claim, threshold: float, say: Callable[[float], str]) -> str:
    if claim.low > threshold:
        return (
            f"above {say(threshold)} taken alone ({say(claim.low)} or more), but not surely among "
            "all the differences looked at (Holm)"
        )
    span = f"between {say(claim.low)} and {say(claim.high)}, with {say(threshold)} inside"
    if claim.corrected is not None and claim.raw.high < threshold:
        span += f"; as read at most {say(claim.raw.high)}: calibrate on more exemplars"
    return span


def _needed(kind: str, claim: Claim, threshold: float, evidence: Evidence) -> int | None:
    """Plan the number of scenarios; None where more of them would not decide."""
    if claim.estimate >= threshold or claim.raw.high < threshold or claim.refusal is not None:
        return None
    if kind == "ceiling" and claim.rate:
        size = max(1, round(evidence.samples_per_scenario))
        needed = scenarios_needed(claim.estimate, claim.icc, size, threshold, POWER, claim.level)
    else:  # limits close in as the square root of the number
        reach = (claim.raw.high - claim.estimate) / (threshold - claim.estimate)
        needed = ceil(claim.scenarios * reach**2)
    return needed if needed is not None and needed > claim.scenarios else None


def _undecided(
    kind: str, checkpoint: str, place: Place, measure: str, threshold: float, reason: str
) -> RuleResult:
    return RuleResult(
        eval=place.eval,
        checkpoint=checkpoint,
        measure=measure,
        rule=kind,
        decision=Decision.INCONCLUSIVE,
        threshold=threshold,
        reason=place.about(reason),
    )


def _found(obstacles: list[str], dead: Dead, checkpoint: str, place: Place) -> list[str]:
    why = dead.get((checkpoint, place.eval))
    return [*obstacles, why] if why else obstacles


def _column(measure: str) -> str:
    return "effect" if measure == EFFECT_LOST else measure


def _nothing(reasons: dict[str, int]) -> str:
    return "nothing was scored: " + ", ".join(f"{n} {why}" for why, n in reasons.items())
