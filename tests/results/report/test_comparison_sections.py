"""Gaps and trajectories in the report, and comparisons in the terminal."""

import re
from dataclasses import replace

from rich.console import Console
from rich.table import Table
from tests.results.tables import counts, table

from unmask.results.compare import Plan, compare, compare_arms
from unmask.results.gap import find_gaps
from unmask.results.raters import compare_raters
from unmask.results.report.comparisons import comparison_table, gap_table
from unmask.results.report.sections import compared, cues, gap, goals, raters, trajectory
from unmask.results.taxonomy import taxonomies
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


def test_cues_say_what_watching_changes_and_who_speaks_of_a_test() -> None:
    """The difference, less the benign match, and the counts under each cue."""
    held = table(
        counts([0] * 12, 1, cue="training", variant="a", kind="followed"),
        counts([0] * 12, 1, cue="unmonitored", variant="a", kind="broke", aware="names"),
    )
    shown = cues.section(find_gaps(held))
    assert shown is not None
    assert "training - unmonitored" in shown.body and "+100.0" in shown.body
    assert "12/12 followed" in shown.body and "0/12 followed" in shown.body
    assert cues.section(find_gaps(table(counts([0], 1)))) is None


def test_arms_stand_against_the_baseline_arm() -> None:
    """Each arm has its line; what can't be compared has its reason."""
    held = table(counts(QUIET, 3), counts(LOUD, 3, arm="hack-hints"))
    shown = compared.section(compare_arms(held, ["base"], Plan({})))
    assert shown is not None
    assert "arm hack-hints of base" in shown.body and ">rose<" in shown.body
    assert compared.section(compare_arms(table(counts(QUIET, 3)), ["base"], Plan({}))) is None


def test_goals_show_the_shift_and_every_kind() -> None:
    """A goal that is thought and not said stands where it can be seen."""
    held = table(
        counts([0] * 3, 1, goals="aligned/service", thought_goals="misaligned/power"),
    )
    shown = goals.section(taxonomies(held))
    assert shown is not None
    cells = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", shown.body)
    at = cells.index("misaligned", cells.index("not read") + 1)
    assert cells[at + 1 : at + 6] == ["3", "–", "–", "–", "–"]
    assert cells[-5:] == ["goals", "aligned", "service", "3", "–"]
    assert goals.section(taxonomies(table(counts([0], 1)))) is None


def test_raters_name_the_samples_to_read_first() -> None:
    """Judge against patterns, with the sample on which they differ; and who spoke to the judge."""
    held = table(
        counts([1], 1, strong=False, patterns="", reasoning="misaligned", injection=True),
    )
    shown = raters.section(compare_raters(held), held)
    assert shown is not None
    assert "Read these first" in shown.body
    assert "1 overt" in shown.body
