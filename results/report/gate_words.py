"""A rule of a gate as people read it: the same words in terminal and HTML."""

from __future__ import annotations

from unmask.results.gate import Gate
from unmask.results.report.words import NOTHING
from unmask.results.ruling import RuleResult, shown
from unmask.results.stats import Decision

_ORDER = (Decision.FAIL, Decision.INCONCLUSIVE, Decision.PASS)


def worst_first(gate: Gate) -> list[RuleResult]:
    """Put rules that keep from a pass before the others."""
    return sorted(gate.rules, key=lambda rule: _ORDER.index(rule.decision))


def counts(gate: Gate) -> list[tuple[str, int]]:
    """Count the rules by decision, leaving out decisions that no rule came to."""
    told = [(str(each), sum(rule.decision is each for rule in gate.rules)) for each in _ORDER]
    return [(name, number) for name, number in told if number]


def where(rule: RuleResult) -> str:
    """Name checkpoint and eval."""
    return f"{rule.checkpoint} on {rule.eval}"


def words_of(rule: RuleResult) -> tuple[str, str, str]:
    """Write what is demanded, what was found, and why it is decided so."""
    why = rule.reason
    if rule.scenarios_needed is not None:
        why += f"; about {rule.scenarios_needed} scenarios in all would decide"
    return demanded(rule), found(rule), why


def demanded(rule: RuleResult) -> str:
    """Write the rule: its kind, measure and threshold."""
    if rule.threshold is None:
        return rule.rule
    than = {"control": "above", "ceiling": "below"}.get(rule.rule, "worse by less than")
    return f"{rule.rule} {rule.measure} {than} {shown(rule.measure, rule.threshold)}"


def found(rule: RuleResult) -> str:
    """Write the estimate with the limits that the rule rests on, where it rests on limits."""
    if rule.estimate is None:
        return NOTHING
    if rule.low is None or rule.high is None:
        return shown(rule.measure, rule.estimate)
    limits = f"{shown(rule.measure, rule.low)} to {shown(rule.measure, rule.high)}"
    return f"{shown(rule.measure, rule.estimate)} [{limits}]"
