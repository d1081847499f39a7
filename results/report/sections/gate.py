"""The gate's decision: what it is, by which policy, and every rule with its reason."""

from __future__ import annotations

from unmask.results.gate import Gate
from unmask.results.report.gate_words import counts, where, words_of, worst_first
from unmask.results.report.section import Section
from unmask.results.report.template import render


def section(gate: Gate) -> Section:
    """Show the decision above everything else; rules that keep from a pass come first."""
    lines = [(str(rule.decision), where(rule), *words_of(rule)) for rule in worst_first(gate)]
    body = render(
        "sections/gate.html.jinja2",
        decision=str(gate.decision),
        policy=gate.policy,
        lines=lines,
        counts=counts(gate),
    )
    return Section("gate", "Gate", body)
