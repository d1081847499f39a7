"""A gate's decision as JUnit XML, for continuous integration.

A failed rule is a `<failure>`; a rule that could not be decided is an `<error>`, because runners
show `<skipped>` as green, and "not enough evidence" is no reason to ship.
"""

from __future__ import annotations

import re
from itertools import groupby
from xml.etree import ElementTree

from unmask.results.gate import Gate
from unmask.results.report.words import visible
from unmask.results.ruling import RuleResult
from unmask.results.stats import Decision

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_junit(gate: Gate) -> str:
    """Render one test suite for each checkpoint and one test case for each rule."""
    root = ElementTree.Element("testsuites", _counts(gate.rules) | {"name": "unmask gate"})
    ordered = sorted(gate.rules, key=lambda rule: rule.checkpoint)
    for checkpoint, rules in groupby(ordered, key=lambda rule: rule.checkpoint):
        _suite(root, checkpoint, list(rules))
    if gate.decision is not Decision.PASS and not _undecided(gate.rules):
        _nothing_gated(root)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"


def _suite(root: ElementTree.Element, checkpoint: str, rules: list[RuleResult]) -> None:
    suite = ElementTree.SubElement(root, "testsuite", _counts(rules) | {"name": _text(checkpoint)})
    for rule in rules:
        what = [rule.rule, rule.measure or ""]
        if rule.threshold is not None:
            what += ["above" if rule.rule == "control" else "below", f"{rule.threshold:g}"]
        case = ElementTree.SubElement(
            suite,
            "testcase",
            {
                "classname": _text(f"{rule.checkpoint}.{rule.eval}"),
                "name": _text(" ".join(part for part in what if part)),
            },
        )
        if rule.decision is Decision.FAIL:
            _say(case, "failure", "fail", rule.reason)
        elif rule.decision is Decision.INCONCLUSIVE:
            _say(case, "error", "inconclusive", rule.reason)
        ElementTree.SubElement(case, "system-out").text = _text(_numbers(rule))


def _nothing_gated(root: ElementTree.Element) -> None:
    suite = ElementTree.SubElement(root, "testsuite", {"name": "gate", "tests": "1", "errors": "1"})
    case = ElementTree.SubElement(suite, "testcase", {"classname": "gate", "name": "gated"})
    _say(case, "error", "inconclusive", "no rule was decided on")


def _say(case: ElementTree.Element, tag: str, kind: str, reason: str) -> None:
    said = ElementTree.SubElement(case, tag, {"type": kind, "message": _text(reason)})
    said.text = _text(reason)


def _counts(rules: list[RuleResult] | tuple[RuleResult, ...]) -> dict[str, str]:
    decisions = [rule.decision for rule in rules]
    return {
        "tests": str(len(decisions)),
        "failures": str(decisions.count(Decision.FAIL)),
        "errors": str(decisions.count(Decision.INCONCLUSIVE)),
    }


def _undecided(rules: tuple[RuleResult, ...]) -> bool:
    return any(rule.decision is not Decision.PASS for rule in rules)


def _numbers(rule: RuleResult) -> str:
    if rule.estimate is None or rule.low is None or rule.high is None:
        return rule.reason
    needed = f"; scenarios needed: {rule.scenarios_needed}" if rule.scenarios_needed else ""
    return f"{rule.estimate:.4f} [{rule.low:.4f}, {rule.high:.4f}]; {rule.reason}{needed}"


def _text(text: str) -> str:
    """Leave out nothing and break nothing: what XML can't hold reads as an escape."""
    return _NOT_XML.sub(lambda found: f"\\u{ord(found.group()):04x}", visible(text))
