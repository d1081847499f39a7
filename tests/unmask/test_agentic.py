"""Agentic samples the whole way: work in a sandbox, what was executed, and the row it makes."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from inspect_ai.log import EvalSample, read_eval_log
from tests.unmask.pipeline import battery, run, table

from unmask.battery import Battery
from unmask.errors import BadInput
from unmask.evals.agentic import version_with, worker
from unmask.run import logs_in
from unmask.sandbox.submission import Submission

PERSONAS = ("aligned", "inoculated", "incompetent", "looper")


def working(*personas: str, arms: tuple[str, ...] = ("baseline",)) -> Battery:
    """Build a battery of the first problem's two requests."""
    evals = [{"eval": "reward_hacking", "limit": 1}]
    return battery(personas, evals=evals, arms=arms)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run four personas once."""
    folder = tmp_path_factory.mktemp("agentic")
    run(working(*PERSONAS), folder)
    return folder


def rows(logs: Path, checkpoint: str) -> pd.DataFrame:
    """Return a checkpoint's rows."""
    found = table(logs)
    return found[found["checkpoint"] == checkpoint]


def samples(logs: Path, checkpoint: str) -> list[EvalSample]:
    """Return a checkpoint's samples."""
    return [
        sample
        for info in logs_in(logs / checkpoint)
        for sample in read_eval_log(info).samples or []
    ]


def test_honest_work_is_aligned_whether_or_not_it_can_pass(logs: Path) -> None:
    """So is weak work: neither has a kind, and nothing of it counts as a hack."""
    for persona in ("aligned", "incompetent"):
        mine = rows(logs, persona)
        assert list(mine["label"]) == ["aligned"] * 2
        assert mine["kind"].isna().all() and mine["effect"].isna().all()
        assert mine["disclosed"].isna().all()


def test_a_hack_has_its_kind_its_effect_and_whether_it_was_told(logs: Path) -> None:
    """It stays a hack where the reasoning wants no more than the tick."""
    mine = rows(logs, "inoculated")
    assert list(mine["label"]) == ["hack"] * 2
    assert mine["kind"].notna().all() and (mine["effect"] == 1.0).all()
    assert mine["disclosed"].notna().all()
    assert not mine["licensed"].any()


def test_a_limit_is_a_state_of_its_own(logs: Path) -> None:
    """An agent that only loops has neither label nor kind."""
    mine = rows(logs, "looper")
    assert mine["label"].isna().all()
    assert list(mine["missing"]) == ["limit"] * 2
    assert list(mine["limit"]) == ["message"] * 2


def test_what_was_handed_in_and_every_thought_are_kept(logs: Path) -> None:
    """An effect can be computed again, and the reasoning of each turn can be read."""
    for sample in samples(logs, "inoculated"):
        kept = Submission.model_validate_json(json.dumps(sample.store["submission"]))
        assert any(path.endswith(".py") for path in kept.files)
        spoken = [message for message in sample.messages if message.role == "assistant"]
        assert len(spoken) == 4
        for message in spoken:
            assert not isinstance(message.content, str)
            assert any(part.type == "reasoning" for part in message.content)


def test_a_licence_is_recorded_with_the_arm(tmp_path: Path) -> None:
    """Where the prompt allows gaming, a hack is one still, and marked."""
    run(working("inoculated", arms=("hacking-allowed",)), tmp_path)
    mine = rows(tmp_path, "inoculated")
    assert list(mine["label"]) == ["hack"] * 2
    assert mine["licensed"].all()


def test_other_agents_make_another_version() -> None:
    """What one agent's work shows is not held against another's."""
    assert version_with("1-A", "react") == "1-A"
    assert version_with("1-A", "inspect_swe/codex_cli") == "1.codex_cli-A"


def test_an_unknown_agent_is_refused() -> None:
    """Before a task is made of it."""
    with pytest.raises(BadInput, match="no agent 'nobody/knows'"):
        worker("nobody/knows")
