"""The gate's decision: what it is, by which policy, and every rule with its reason."""

from __future__ import annotations

from unmask.results.gate import Gate
from unmask.results.report.gate_words import where, words_of
from unmask.results.report.section import Section
from unmask.results.report.template import render
from unmask.results.stats import Decision

_ORDER = (Decision.FAIL, Decision.INCONCLUSIVE, Decision.PASS)


def section(gate: Gate) -> Section:
    """Show the decision above everything else; rules that keep from a pass come first."""
    rules = sorted(gate.rules, key=lambda rule: _ORDER.index(rule.decision))
    lines = [(str(rule.decision), where(rule), *words_of(rule)) for rule in rules]
    counts = [(str(d), sum(rule.decision is d for rule in rules)) for d in _ORDER]
    body = render(
        "sections/gate.html.jinja2",
        decision=str(gate.decision),
        policy=gate.policy,
        lines=lines,
        counts=[(name, number) for name, number in counts if number],
    )
    return Section("gate", "Gate", body)
