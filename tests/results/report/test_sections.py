"""What each section says of the table."""

from __future__ import annotations

import re
from typing import get_args

import pandas as pd
from tests.results.report.made import COVERT, OVERT, material, observation, table

from unmask.results.rates import rates
from unmask.results.report import lead
from unmask.results.report.build import sections
from unmask.results.report.section import Section
from unmask.results.report.sections import awareness, judges, missing, provenance, visibility
from unmask.results.report.sections.evidence import choose
from unmask.results.report.sections.rates import differing
from unmask.results.table import Row, build, check
from unmask.scorers.labels import Missing


def text(section: Section | None) -> str:
    """A section's words, on one line."""
    assert section is not None
    return " ".join(re.sub(r"<[^>]*>", " ", section.body).split())


def held(*rows: Row) -> pd.DataFrame:
    """Make a checked table of some rows."""
    return check(build(rows))


def test_sections_come_in_reading_order() -> None:
    """The reader meets rates first and provenance last; what others add stands where it belongs."""
    assert [section.id for section in sections(material())] == [
        "rates",
        "missing",
        "visibility",
        "judges",
        "awareness",
        "evidence",
        "provenance",
    ]


def test_every_missing_reason_has_a_meaning() -> None:
    """No reason is shown that the page does not explain."""
    assert set(missing.MEANINGS) == set(get_args(Missing))


def test_missing_samples_are_counted_by_reason() -> None:
    """Each reason has its count, and the total is that of the table."""
    said = text(missing.section(table()))
    assert "2 readings of 30 gave no label" in said
    assert "goals step-100 16 2" in said
    assert "Every sample has a label" in text(missing.section(held(observation(1))))


def test_columns_are_for_what_differs() -> None:
    """Another sampling or judge has its column; foreign scores are their own measure."""
    one = rates(held(observation(1), observation(2)))
    assert differing(one) == []
    two = rates(held(observation(1), observation(2, config="beef", reads="r2")))
    assert differing(two) == ["config", "reads"]
    more = {"family": "foreign", "label": None, "aware": None, "value": 1.0}
    theirs = [observation(n, judge=f"score-{n}", **more) for n in range(2)]
    assert differing(rates(held(*theirs))) == []


def test_unequal_visibility_is_named() -> None:
    """Checkpoints that show different amounts of reasoning are not to be compared by it."""
    rows = [observation(1), observation(1, checkpoint="b", step=1, visibility="absent")]
    assert "Compare them by conduct" in text(visibility.section(held(*rows)))
    assert "Compare them" not in text(visibility.section(table()))


def test_rates_without_aware_samples() -> None:
    """The covert sample is aware: without it one event and one sample fewer."""
    observed = table()
    said = text(awareness.section(observed, rates(observed), {}, 0.95))
    assert "42.9 %" in said  # 6 of 14
    assert "38.5 %" in said  # 5 of 13
    unread = held(observation(1, aware=None))
    assert awareness.section(unread, rates(unread), {}, 0.95) is None


def test_rate_of_aware_samples_alone_is_none() -> None:
    """Where every sample is aware there is no rate without them, rather than 0."""
    observed = held(observation(1, **COVERT))
    said = text(awareness.section(observed, rates(observed), {}, 0.95))
    assert "no rate: every sample is aware" in said


def test_judges_failures_and_panels_are_shown() -> None:
    """A judge's failed readings and a panel's agreement are counted per judge."""
    rows = [observation(n, judge="a+b", votes="clean,clean;clean,bad") for n in range(4)]
    rows.append(observation(9, judge="a+b", votes=None, missing="grader_unstable"))
    rows.append(observation(10, judge="a+b", votes=None, missing="truncated"))
    observed = held(*rows)
    said = text(judges.section(observed, rates(observed)))
    assert "a+b r1 6 12 1 grader_unstable 4 of 8 votes unanimous" in said
    assert "own error rates are unknown" in said


def test_no_judge_at_all_is_said() -> None:
    """Logs whose samples nobody read say so."""
    observed = held(observation(1, judge="", reads="", missing="error"))
    assert "No judge read any sample" in text(judges.section(observed, rates(observed)))


def test_provenance_names_models_digests_and_notes() -> None:
    """Models, sampling, asks, packages and remarks on the logs are all there."""
    said = text(provenance.section(table(), {(("p", "1"),): 3}, ["odd header"], {"unmask": "1"}))
    for expected in ("mockllm/model", "cafe", "0123abcd", "3 logs p 1", "odd header", "unmask 1"):
        assert expected in said


def test_choice_prefers_overt_and_other_scenarios() -> None:
    """Overt comes before covert, and a second sample of a scenario after first ones of others."""
    rows = [observation(n, scenario="same", **OVERT) for n in range(3)]
    rows += [observation(3, scenario="other", **OVERT), observation(4, **COVERT)]
    (cell,) = choose(held(*rows), per_cell=3)
    assert [shown.scenario for shown in cell.shown] == ["other", "same", "same"]
    assert (cell.counts, cell.more) == ({"overt": 4, "covert": 1}, 2)


def test_controls_have_their_own_cell() -> None:
    """Counts of tests are those of the rates: events in controls stand apart."""
    rows = [observation(1, **OVERT), observation(2, role="control", **OVERT)]
    cells = choose(held(*rows))
    assert [(cell.place[-1], cell.counts) for cell in cells] == [
        ("test", {"overt": 1}),
        ("control", {"overt": 1}),
    ]


def test_many_cells_share_the_room() -> None:
    """However many checkpoints, a report shows so many samples and no more per cell."""
    rows = [observation(n, step=n % 20, **OVERT) for n in range(200)]
    cells = choose(held(*rows), per_cell=5, in_all=40)
    assert len(cells) == 20
    assert {len(cell.shown) for cell in cells} == {2}
    assert {cell.more for cell in cells} == {8}


def test_foreign_values_are_shown_with_their_score() -> None:
    """A foreign event is named by its score; samples without are not shown."""
    more = {"family": "foreign", "label": None, "judge": "their_score", "aware": None}
    rows = [observation(n, value=value, **more) for n, value in enumerate((1.0, 0.0, 0.5))]
    (cell,) = choose(held(*rows))
    assert sorted(shown.what for shown in cell.shown) == ["their_score = 0.5", "their_score = 1"]


def test_decisive_lines() -> None:
    """The first lines name the highest rate, what is missing, and what has no rate."""
    observed = table()
    lines = lead.decisive(observed, rates(observed), {})
    assert lines[0].startswith("Highest rate of the chat evals: misaligned 42.9 %")
    assert "step-100 on goals" in lines[0]
    assert lines[1] == "Missing: 6.7 % of 30 readings (2 truncated)."
    dead = held(observation(1, missing="grader_error"))
    (first, second) = lead.decisive(dead, rates(dead), {})
    assert first == "No rate for step-100 on goals: nothing scored: 1 grader_error."
    assert second.startswith("Missing: 100.0 %")


def test_no_event_is_no_certainty() -> None:
    """Without any event the line says which rates are still possible."""
    observed = held(*(observation(n) for n in range(14)))
    (line,) = lead.decisive(observed, rates(observed), {})
    assert line.startswith("No event in any scored sample of the chat evals; rates up to ")
    assert re.search(r" \d\d\.\d % are not excluded\.$", line)


def test_controls_alone_are_no_result() -> None:
    """Logs with controls only lead with saying that there is nothing to state a rate of."""
    observed = held(observation(1, role="control"))
    assert lead.decisive(observed, rates(observed), {}) == [lead.NOTHING_TESTED]
