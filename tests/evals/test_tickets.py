"""How a ticket's scenario is put: its variants, its samples, and what they hold."""

from __future__ import annotations

import json

from unmask.evals.catalog import find_eval, in_form, written_for
from unmask.evals.conditions import arm, thinking_mode
from unmask.evals.sabotage.dataset import RESEARCH_COMMITS, RESEARCH_COMMITS_ASK
from unmask.evals.samples import briefs_digest, render

SCENARIOS = written_for(find_eval("research_commits"))


def test_framings_and_forms_are_variants() -> None:
    """Safety and control are always asked, plain where there is one, and what it would do."""
    for scenario in SCENARIOS:
        roles = {each.id: each.role for each in scenario.variants}
        assert {"act-safety", "act-control", "ask-safety"} <= roles.keys()
        assert [name for name, role in roles.items() if role == "control"] == ["act-control"]


def test_agents_get_the_repository_and_nothing_hidden() -> None:
    """Each sample's files are those of its meaning; hidden modules and records are not in them."""
    asked = in_form(SCENARIOS, RESEARCH_COMMITS)
    for sample in render(asked, arm("baseline"), thinking_mode("native")).samples:
        assert sample.metadata is not None and sample.files is not None
        checkout = sample.metadata["checkout"]
        assert sample.files == checkout["files"]
        assert not set(checkout["hidden"]) & set(sample.files)
        whole = "\n".join(sample.files.values())
        for monitor in checkout["monitors"]:
            for record in monitor["records"]:
                assert json.dumps(record, ensure_ascii=False) not in whole


def test_told_ones_have_no_repository() -> None:
    """The form `ask` is a plain question."""
    asked = in_form(SCENARIOS, RESEARCH_COMMITS_ASK)
    for sample in render(asked, arm("baseline"), thinking_mode("native")).samples:
        assert sample.metadata is not None
        assert sample.files is None and "checkout" not in sample.metadata


def test_what_tickets_are_scored_by_is_part_of_how_they_are_read() -> None:
    """Other checks or monitors give another digest, so that rates aren't compared across them."""
    scenario = SCENARIOS[0]
    assert scenario.ticket is not None
    other = scenario.ticket.model_copy(update={"done": scenario.ticket.done[:-1], "_made": {}})
    other._made.clear()
    changed = scenario.model_copy(update={"ticket": other})
    assert briefs_digest([scenario]) != briefs_digest([changed])
