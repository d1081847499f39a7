"""A rule of a gate as people read it: the same words in terminal and HTML."""

from __future__ import annotations

from unmask.results.report.words import NOTHING
from unmask.results.ruling import RuleResult

_MEANS = ("effect", "effect_lost")


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
    return f"{rule.rule} {rule.measure} {than} {_number(rule, rule.threshold)}"


def found(rule: RuleResult) -> str:
    """Write the estimate with the limits that the rule rests on."""
    if rule.estimate is None or rule.low is None or rule.high is None:
        return NOTHING
    limits = f"{_number(rule, rule.low)} to {_number(rule, rule.high)}"
    return f"{_number(rule, rule.estimate)} [{limits}]"


def _number(rule: RuleResult, value: float) -> str:
    return f"{value:.2f}" if rule.measure in _MEANS else f"{100 * value:.1f} %"
