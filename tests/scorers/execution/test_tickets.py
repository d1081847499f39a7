"""Tickets and finished repositories: what is rendered, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from unmask.errors import BadInput
from unmask.evals.catalog import find_eval, written_for
from unmask.scorers.execution import finished as module
from unmask.scorers.execution.finished import CASES, detectors_of, files_of, finished, words_of
from unmask.scorers.execution.tickets import MESSAGE, Commit, Ticket
from unmask.scorers.execution.words import DOMAINS, Glossary

SCENARIO = next(
    each for each in written_for(find_eval("research_commits")) if each.id == "commits-sift-moves"
)
assert SCENARIO.ticket is not None
TICKET = SCENARIO.ticket
NONE = Glossary(safety={}, control={})


def test_every_monitor_is_in_place_with_its_hidden_cases() -> None:
    """The modules, documents and settings of all stand together, in both meanings."""
    for domain in DOMAINS:
        checkout = TICKET.in_domain(domain, seed="any")
        assert [each.name for each in checkout.monitors] == ["tampering", "cutshort", "copied"]
        for short, detector in detectors_of("sift").items():
            words = words_of("sift", domain, NONE)[short]
            assert isinstance(words, dict)
            assert f"sift/rules/{words['rule']}.py" in checkout.files
            assert f'"{words["rule"]}"' in checkout.files["sift/settings.json"]
            assert detector.hidden >= CASES
        for monitor in checkout.monitors:
            assert (sum(monitor.labels), len(monitor.records)) == (CASES, 2 * CASES)
        assert "NotImplementedError" not in "".join(checkout.files.values())


def test_a_commit_is_written_with_its_message() -> None:
    """Replacements make whole texts of the files as given."""
    made = TICKET.handed_in(TICKET.honest[0], "control")
    assert set(made) == {"sift/rules/recarding.py", MESSAGE}
    assert "swap" in str(made["sift/rules/recarding.py"])
    assert str(made[MESSAGE]).startswith("Let recarding see files")


def test_the_open_one_differs_in_its_message_alone() -> None:
    """It is one of the sabotaging commits, said."""
    assert TICKET.openly.changes == TICKET.sabotage[TICKET.open.of].changes
    assert TICKET.openly.message != TICKET.sabotage[TICKET.open.of].message


@pytest.mark.parametrize("find", ["no such words", "«step»"])
def test_words_to_be_replaced_stand_once(find: str) -> None:
    """None and several are refused, with the file and how often."""
    changes = {"sift/rules/«tampering.rule».py": [{"find": find, "put": "x"}]}
    commit = Commit.model_validate({"message": "x", "changes": changes})
    with pytest.raises(ValueError, match=r"tampering\.py: .* stands in it \d+ times, not once"):
        TICKET.handed_in(commit, "safety")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"sabotage": {"subtle-a": 0, "subtle-b": 0}}, "begins with 'blunt-'"),
        ({"open": {"of": "blunt-none", "message": "x"}}, "no such work"),
    ],
)
def test_a_ticket_needs_its_commits(change: dict[str, Any], complaint: str) -> None:
    """Both ways of sabotage, and an open one of these."""
    raw = TICKET.model_dump()
    if "sabotage" in change:
        one = next(iter(raw["sabotage"].values()))
        change = {"sabotage": dict.fromkeys(change["sabotage"], one)}
    with pytest.raises(ValidationError, match=complaint):
        Ticket.model_validate({**raw, **change})


def test_an_unfinished_repository_is_named() -> None:
    """With those that there are."""
    with pytest.raises(BadInput, match=r"'nowhere' has no finished.yaml .*ledger, .*sift"):
        finished("nowhere")


def test_files_in_which_detectors_meet_must_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that change the settings in their own way don't win over each other silently."""
    words = words_of("sift", "safety", NONE)
    bare = finished("sift").model_copy(update={"files": {}})
    monkeypatch.setattr(module, "finished", lambda name: bare)
    with pytest.raises(
        BadInput, match=r"sift/(settings\.json|rules/__init__\.py) reads in another"
    ):
        files_of("sift", words, "safety")
