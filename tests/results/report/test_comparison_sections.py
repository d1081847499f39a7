"""Gaps and trajectories in the report, and comparisons in the terminal."""

from dataclasses import replace

from rich.console import Console
from rich.table import Table
from tests.results.tables import counts, table

from unmask.results.compare import Plan, compare
from unmask.results.gap import find_gaps
from unmask.results.report.comparisons import comparison_table, gap_table
from unmask.results.report.sections import gap, trajectory
from unmask.results.trajectory import Plan as Along
from unmask.results.trajectory import trajectories

QUIET, LOUD = [0, 1, 0, 0] * 5, [2, 3, 1, 2] * 5


def printed(shown: Table) -> str:
    """A table as a terminal of 100 columns shows it."""
    console = Console(width=100, highlight=False, markup=False, color_system=None)
    with console.capture() as captured:
        console.print(shown)
    return captured.get()


def test_a_gap_and_its_cases_are_shown_and_escaped() -> None:
    """A checkpoint's name is text, whatever it holds."""
    name = "<b>new</b>"
    twins = [
        replace(each, twin=each.scenario)
        for form, events in (("ask", [0] * 20), ("act", LOUD))
        for each in counts(events, 3, checkpoint=name, form=form, eval="bad_actor")
    ]
    shown = gap.section(find_gaps(table(twins)))
    assert shown is not None
    assert "&lt;b&gt;new" in shown.body
    assert "<b>" not in shown.body
    assert "gap, cause unknown" in shown.body
    assert "20 scenarios in which word and deed part" in shown.body


def test_without_gaps_or_steps_there_is_no_section() -> None:
    """Nothing is said of what was not measured."""
    held = table(counts([0], 1))
    assert gap.section(find_gaps(held)) is None
    assert trajectory.section(trajectories(held, Along({}))) is None


def test_a_trajectory_says_between_which_checkpoints_it_rose() -> None:
    """Onset as an interval, in words."""
    series = [QUIET] * 6 + [LOUD] * 6
    held = table(*(counts(each, 3, run="a", step=20 * i, checkpoint=f"c{i}")
                   for i, each in enumerate(series)))  # fmt: skip
    shown = trajectory.section(trajectories(held, Along({})))
    assert shown is not None
    assert "rose after step 100, by 120" in shown.body


def test_tables_are_readable_at_a_hundred_columns() -> None:
    """Long names fold; verdicts and reasons stay whole."""
    long = "a-checkpoint-with-a-very-long-name-of-its-own"
    both = table(counts(QUIET, 3), counts(LOUD, 3, checkpoint=long))
    said = printed(comparison_table(compare(both, "base", long, Plan({}, ("misaligned",)))))
    assert "regressed" in said
    gaps = find_gaps(table(counts(QUIET, 3), counts(LOUD, 3, eval="exfil", style="agentic")))
    said = " ".join(printed(gap_table(gaps.gaps)).split())
    assert "cause" in said and "agentic" in said
