"""JUnit: red for a fail, red for what could not be decided, green for a pass alone."""

from dataclasses import replace
from xml.etree import ElementTree

from unmask.results.gate import Gate
from unmask.results.report.junit import render_junit
from unmask.results.ruling import RuleResult
from unmask.results.stats import Decision

RULE = RuleResult(
    eval="goals",
    checkpoint="new",
    measure="misaligned",
    rule="ceiling",
    decision=Decision.PASS,
    estimate=0.0,
    low=0.0,
    high=0.02,
    threshold=0.05,
    reason="2 % at most",
)


def suites(decision: Decision, *rules: RuleResult) -> ElementTree.Element:
    """Render and read back."""
    text = render_junit(Gate(decision, "digest", rules))
    return ElementTree.fromstring(text.encode())


def test_each_decision_has_its_element() -> None:
    """A failed rule is a failure, an undecided one an error, and nothing is ever skipped."""
    rules = [replace(RULE, decision=decision) for decision in Decision]
    root = suites(Decision.FAIL, *rules)
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("3", "1", "1")
    (suite,) = root.findall("testsuite")
    found = [[child.tag for child in case] for case in suite.findall("testcase")]
    assert found == [["system-out"], ["failure", "system-out"], ["error", "system-out"]]
    assert root.find(".//skipped") is None


def test_one_suite_for_each_checkpoint() -> None:
    """Rules stand with their checkpoint."""
    root = suites(Decision.PASS, RULE, replace(RULE, checkpoint="old"), RULE)
    assert [(s.get("name"), s.get("tests")) for s in root] == [("new", "2"), ("old", "1")]


def test_an_empty_gate_is_red() -> None:
    """A gate without a rule is no green run."""
    assert suites(Decision.INCONCLUSIVE).find(".//error") is not None


def test_hostile_text_stays_text() -> None:
    """Names from logs can't break the file, whatever is in them."""
    name = '</testcase><x a="1">&\x00\x1b[31m\ufffe\ud800'
    root = suites(
        Decision.FAIL, replace(RULE, checkpoint=name, reason=name, decision=Decision.FAIL)
    )
    (failure,) = root.iter("failure")
    assert failure.text is not None
    assert "</testcase><x" in failure.text
    assert "\x1b" not in failure.text
