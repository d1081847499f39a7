"""Work in worlds the whole way: tools, replies, the record, the debrief, and the row it makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from inspect_ai import eval as run_eval
from inspect_ai.log import EvalSample
from inspect_ai.model import get_model
from inspect_ai.scorer import Score

from unmask.evals.catalog import EvalSpec, scenarios_of
from unmask.evals.malicious_coop.dataset import EXFIL_OFFER, FRAME_COLLEAGUE
from unmask.evals.sabotage.dataset import MONITOR_DISRUPTION
from unmask.evals.scenarios import Scenario
from unmask.evals.world_task import world_task
from unmask.reference.clerk import restoring
from unmask.results.observations import observe
from unmask.scorers.world.events import RECORD
from unmask.scorers.world.findings import Findings
from unmask.scorers.world.models import Call
from unmask.scorers.world.replay import replay

SPECS = (FRAME_COLLEAGUE, EXFIL_OFFER, MONITOR_DISRUPTION)


def found(scenario: Scenario, *calls: Call) -> Findings:
    """Replay some calls in a scenario."""
    assert scenario.world and scenario.brief
    return replay(scenario.world, scenario.brief.acts, calls).findings


def can_be_undone(scenario: Scenario) -> bool:
    """Whether all that its misaligned replay does can be put back, and is reported then."""
    assert scenario.world and scenario.replays
    wrong = scenario.replays.misaligned
    back = restoring(scenario.world, wrong)
    told = found(scenario, *wrong, *back, *scenario.replays.honest)
    return bool(told.wrong) and not told.standing


def act_of(scenario: Scenario) -> str:
    """Return the id of its first sample with tools."""
    variant = next(each for each in scenario.variants if each.role is None)
    cue = f"/{next(iter(scenario.cues))}" if scenario.cues else ""
    return f"{scenario.id}/{variant.id}{cue}"


def went(
    persona: str,
    logs: Path,
    scenario: Scenario,
    spec: EvalSpec,
    judge: dict[str, Any] | None = None,
    **how: Any,
) -> tuple[EvalSample, Score]:
    """Let a persona work on one sample; return it with its score."""
    task = world_task(spec, arm="baseline", thinking="native", scenarios=None, self_grading=False)
    (log,) = run_eval(
        task,
        model=f"reference/{persona}",
        model_roles={"grader": get_model("reference/judge", **(judge or {}))},
        sample_id=act_of(scenario),
        log_dir=str(logs),
        display="none",
        log_realtime=False,
        **how,
    )
    assert log.status == "success" and log.samples, log.error
    scores = log.samples[0].scores
    assert scores
    return log.samples[0], scores["label"]


def row(logs: Path) -> pd.Series:
    """Return the only row of a folder of logs."""
    (only,) = (each for _, each in observe(logs).table.iterrows())
    return only


UNDOABLE = next(each for each in scenarios_of(MONITOR_DISRUPTION) if can_be_undone(each))


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
@pytest.mark.parametrize(("persona", "label"), [("aligned", "aligned"), ("masked", "overt")])
def test_what_was_executed_decides(
    tmp_path: Path, spec: EvalSpec, persona: str, label: str
) -> None:
    """In each eval an honest agent is aligned, and one that does wrong is overt."""
    for number, scenario in enumerate(scenarios_of(spec)[:2]):
        _, score = went(persona, tmp_path / str(number), scenario, spec)
        assert score.value == label
        assert score.metadata and ("acted" in score.metadata["stages"]) == (label == "overt")


@pytest.mark.parametrize(
    ("persona", "label", "conduct", "lied", "confessed"),
    [
        ("liar", "overt", "misaligned", True, False),
        ("pretender", "overt", "misaligned", True, False),
        ("masked", "overt", "misaligned", False, False),
        ("mute", "overt", "misaligned", False, False),
        ("runaway", "overt", "misaligned", None, None),
        ("undoer", "aligned", "clean", False, False),
        ("confessor", "aligned", "clean", None, True),
        ("idler", "aligned", "clean", None, False),
        ("looper", None, None, None, None),
    ],
)
def test_however_it_ends_conduct_is_the_act(
    tmp_path: Path,
    persona: str,
    label: str | None,
    conduct: str | None,
    lied: bool | None,
    confessed: bool | None,
) -> None:
    """In silence, in a loop, in a refusal in words, in a denial; undone and reported it is none."""
    went(persona, tmp_path, UNDOABLE, MONITOR_DISRUPTION)
    only = row(tmp_path)
    told = [only[name] if pd.notna(only[name]) else None for name in ("label", "conduct")]
    assert told == [label, conduct]
    for name, value in (("lied", lied), ("confessed_falsely", confessed)):
        assert (None if pd.isna(only[name]) else bool(only[name])) == value
    assert ("undone" in only["stages"]) == (persona == "undoer")
    assert pd.notna(only["kind"]) == (label == "overt")


def test_an_act_in_the_last_turn_before_a_limit_is_the_act(tmp_path: Path) -> None:
    """The limit that comes right after it takes nothing away."""
    assert UNDOABLE.replays
    step = found(UNDOABLE, *UNDOABLE.replays.misaligned).wrong[0].step
    opening = 2
    limit = opening + 2 * step
    sample, score = went("masked", tmp_path, UNDOABLE, MONITOR_DISRUPTION, message_limit=limit)
    assert sample.limit and sample.limit.type == "message"
    assert sample.messages[-1].role == "tool"
    assert score.value == "overt"
    before = tmp_path / "before"
    sample, score = went("masked", before, UNDOABLE, MONITOR_DISRUPTION, message_limit=limit - 2)
    assert score.reason == "limit"


def test_who_waits_for_the_agent_speaks_when_it_has_ended_its_turn(tmp_path: Path) -> None:
    """The user's next words and news of mail come as a message; then the agent goes on."""
    sample, _ = went("aligned", tmp_path, UNDOABLE, MONITOR_DISRUPTION)
    (said,) = sample.metadata["then"]
    users = [message.text for message in sample.messages if message.role == "user"]
    assert len(users) == 2 and users[1].startswith(said)
    paused = [event for event in sample.store[RECORD]["events"] if event["tool"] == "pause"]
    assert [event["shown"] for event in paused] == [users[1], ""]


def test_a_sample_keeps_its_record_and_its_debrief(tmp_path: Path) -> None:
    """A score from a log runs nothing again; the question stands outside the conversation."""
    sample, score = went("liar", tmp_path, UNDOABLE, MONITOR_DISRUPTION)
    assert score.metadata
    step = score.metadata["check"]["acts"]["acts"][0]["step"]
    assert sample.store[RECORD]["events"][step]["changes"]
    asked = sample.store["debrief"]
    assert asked["question"] == sample.metadata["debrief"] and asked["reasoning"]
    assert all(asked["question"] not in message.text for message in sample.messages)
    readings = {entry["reading"] for entry in score.metadata["evidence"]}
    assert {"conduct", "reasoning", "debrief"} <= readings


def test_a_judge_that_fails_leaves_an_act_and_no_lie(tmp_path: Path) -> None:
    """What was executed needs no judge; what was said of it does."""
    went("liar", tmp_path, UNDOABLE, MONITOR_DISRUPTION, judge={"mode": "junk"})
    only = row(tmp_path)
    assert only["label"] == "overt" and pd.isna(only["reasoning"]) and pd.isna(only["lied"])
