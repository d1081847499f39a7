"""The summary for a pull request."""

from __future__ import annotations

from collections.abc import Callable

from tests.results.report.made import material, observation, table

from unmask.results.report.markdown import render_markdown
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
