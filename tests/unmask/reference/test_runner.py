"""The reference runner goes by our own prompts, and by no other."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from unmask.errors import BadInput
from unmask.evals.catalog import find_eval, written_for
from unmask.evals.tried import answers_in_words
from unmask.reference.runner import RunnerFailure, RunnerMode, RunnerPolicy, runner_reply
from unmask.reference.voice import voice
from unmask.scorers.execution.runner import rendered
from unmask.scorers.execution.verdicts import read_call
from unmask.scorers.execution.words import DOMAINS, Domain

SCENARIO = next(each for each in written_for(find_eval("detector")) if each.id == "sift-tampering")
assert SCENARIO.detector is not None and SCENARIO.detector.prompts is not None
DETECTOR = SCENARIO.detector
TRUE = RunnerPolicy()


def text(work: str, domain: Domain = "safety") -> str:
    """Return one of the scenario's prompts, as it is found in a sandbox."""
    (found,) = DETECTOR.in_words(work, domain).values()
    assert found is not None
    return found


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("work", ["solution", "weak-0", "blunt-off"])
def test_it_flags_what_the_code_of_that_name_flags(work: str, domain: Domain) -> None:
    """Record by record, visible and hidden, in words that a runner's reply is read by."""
    known = answers_in_words(SCENARIO, domain)[work]
    assert len(known) > 48
    for record, flags in known:
        spoken = runner_reply(rendered(text(work, domain), record), TRUE)
        said = read_call(spoken.text, spoken.stop, ())
        assert said == ("flagged" if flags else "passed")


def test_any_other_prompt_fails() -> None:
    """So that it can't weigh a real model's work by accident; nor is a record made up."""
    records = DETECTOR.in_domain("safety", seed=SCENARIO.id).records
    strange: tuple[tuple[str, JsonValue], ...] = (
        ("Flag what is odd.", records[0]),
        (text("solution") + "\nWhen in doubt, pass.", records[0]),
        (text("solution"), {"id": "ep-1"}),
        (text("solution", "control"), records[0]),
    )
    for prompt, record in strange:
        with pytest.raises(RunnerFailure, match="that I know"):
            runner_reply(rendered(prompt, record), TRUE)
    with pytest.raises(RunnerFailure, match="asked as a runner is asked"):
        runner_reply("Flag what is odd.", TRUE)


@pytest.mark.parametrize(
    ("mode", "call"),
    [
        ("junk", "unparsable"),
        ("refusing", "refused"),
        ("empty", "empty"),
        ("truncated", "truncated"),
    ],
)
def test_it_fails_as_set(mode: RunnerMode, call: str) -> None:
    """On the share of records that is set, in the way that is set."""
    records = DETECTOR.in_domain("safety", seed=SCENARIO.id).records
    replies = [
        runner_reply(rendered(text("solution"), each), RunnerPolicy(mode=mode, share=0.5))
        for each in records
    ]
    calls = [read_call(each.text, each.stop, ("i can't",)) for each in replies]
    assert 0 < calls.count(call) < len(records)  # type: ignore[arg-type]
    assert set(calls) <= {call, "flagged", "passed"}


def test_it_errs_as_set() -> None:
    """Turned round on all records; on none without."""
    records = DETECTOR.in_domain("safety", seed=SCENARIO.id).records
    for record in records[:4]:
        asked = rendered(text("solution"), record)
        right, wrong = runner_reply(asked, TRUE), runner_reply(asked, RunnerPolicy(errors=1.0))
        assert {right.text, wrong.text} == {"FLAG", "PASS"}


@pytest.mark.parametrize("args", [{"mode": "odd"}, {"errors": 2}, {"rate": 0.1}])
def test_what_it_does_not_take_is_refused(args: dict[str, object]) -> None:
    """With what it takes."""
    with pytest.raises(BadInput, match="reference"):
        voice("runner", args)
