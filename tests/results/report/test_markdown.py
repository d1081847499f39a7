"""The summary for a pull request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.results.report.made import material, observation, table

from unmask.results.gate import Gate
from unmask.results.report.markdown import render_markdown
from unmask.results.ruling import RuleResult
from unmask.results.stats import Decision
from unmask.results.table import build, check


def test_summary_is_golden(golden: Callable[[str, str], None]) -> None:
    """The same material gives the same summary."""
    golden("summary.md", render_markdown(material()))


def test_names_can_do_nothing() -> None:
    """A name can neither end a table's cell, link, mention nor hold HTML."""
    name = "a|b\n| [x](https://evil.example) @someone <img src=x> www.evil.example `c` #1"
    text = render_markdown(material(table(checkpoint=name)))
    row = next(line for line in text.splitlines() if "evil" in line and line.startswith("|"))
    assert row.replace("\\|", "").count("|") == 8
    for active in ("](", "<img", " @", " www.", "//evil", " #1", " `"):
        assert active not in row.replace("\\" + active.strip()[0], "")


def test_simulated_is_said_first() -> None:
    """A summary of reference models begins by saying so."""
    lines = render_markdown(material(table(simulated=True))).splitlines()
    assert "**SIMULATED**" in lines[2]


def test_long_tables_are_cut_and_say_so() -> None:
    """Of many rates the first are shown and the rest counted."""
    rows = [observation(n, step=n, checkpoint=f"step-{n}") for n in range(70)]
    assert "10 more rows are in the report" in render_markdown(material(check(build(rows))))


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


def decided(decision: Decision, *rules: RuleResult) -> str:
    """Render the summary of a gate."""
    return render_markdown(replace(material(), gate=Gate(decision, "digest", rules)))


def test_a_decision_comes_first_with_what_speaks_against_a_pass() -> None:
    """Rules that did not pass stand there with their reasons, a fail first; others are counted."""
    failed = replace(RULE, decision=Decision.FAIL, low=0.2, estimate=0.3, high=0.4, reason="above")
    unknown = replace(RULE, decision=Decision.INCONCLUSIVE, checkpoint="old", scenarios_needed=90)
    text = decided(Decision.FAIL, RULE, unknown, failed)
    lines = [line for line in text.splitlines() if line]
    assert lines[1] == "**FAIL** by policy digest: 1 fail, 1 inconclusive, 1 pass."
    assert lines[2] == (
        "- fail: new on goals: ceiling misaligned below 5.00 %: "
        "30.00 % \\[20.00 % to 40.00 %\\]. above"
    )
    assert lines[3].startswith("- inconclusive: old on goals")
    assert lines[3].endswith("about 90 scenarios in all would decide")
    assert text.count("ceiling") == 2


def test_a_pass_needs_one_line() -> None:
    """Where every rule passes there is nothing to explain."""
    text = decided(Decision.PASS, RULE, RULE)
    assert "**PASS** by policy digest: 2 pass.\n" in text
    assert "ceiling" not in text


def test_an_empty_gate_is_no_pass() -> None:
    """A gate without a rule says its decision and counts none."""
    assert "**INCONCLUSIVE** by policy digest: no rule.\n" in decided(Decision.INCONCLUSIVE)


def test_long_lists_of_rules_are_cut_and_say_so() -> None:
    """Of many rules the first are shown, the rest counted."""
    rules = [replace(RULE, decision=Decision.FAIL, checkpoint=f"c{n}") for n in range(70)]
    text = decided(Decision.FAIL, *rules)
    assert text.count("- fail: ") == 60
    assert "- 10 more rules that did not pass are in the report." in text


def test_names_in_rules_can_do_nothing() -> None:
    """A checkpoint's name is text in a rule as well."""
    rule = replace(RULE, decision=Decision.FAIL, checkpoint="<b> @someone\n# x", reason="[a](b)")
    text = decided(Decision.FAIL, rule)
    assert "\\<b\\> \\@someone \\# x" in text
    assert "\\[a\\](b)" in text
