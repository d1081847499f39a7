"""What a judge left unread is read again, and only that; nothing is generated twice."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from tests.unmask.loopback import JUNK, KEYS, Loopback, Trouble, fault, loopback
from tests.unmask.pipeline import battery, run, table

from unmask.battery import Battery
from unmask.errors import BadInput
from unmask.evals import chat
from unmask.evals.catalog import scenarios_of
from unmask.evals.scenarios import CANARY
from unmask.reference.serve import Call, Fault
from unmask.reference.talk import Spoken
from unmask.scorers import label

PERSONA = "aware"
QUICK = {"max_retries": 0, "timeout": 300, "attempt_timeout": 10}
UNLUCKY = 6


@pytest.fixture(autouse=True)
def _own_world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for key in KEYS:
        monkeypatch.setenv(key, "none")
    # Without a cache of its own, a test would find the replies that another one paid for.
    monkeypatch.setenv("INSPECT_CACHE_DIR", str(tmp_path / "cache"))


def over(server: Loopback, **more: Any) -> Battery:
    """One checkpoint and its judge on a server."""
    what: dict[str, Any] = {"grader": server.spec("judge"), "limit": 4, "limits": QUICK} | more
    return battery([server.checkpoint(PERSONA)], **what)


def comparable(logs: Path) -> pd.DataFrame:
    """The table of a folder without what differs from run to run."""
    observed = table(logs).sort_values("item").reset_index(drop=True)
    return observed.drop(columns=["log", "sample_uuid", "seconds", "judge", "judge_calls"])


def failing(what: Fault | Spoken, reading: str = "conduct") -> Trouble:
    """Fail one kind of reading of the first few records that the judge is shown."""
    unlucky: set[str] = set()

    def trouble(call: Call, before: int) -> Fault | Spoken | None:
        prompt = call.turns[-1].text
        if call.model != "judge" or f"READING: {reading}" not in prompt:
            return None
        record = prompt.partition(">\n")[2].partition("\n</record-")[0]
        if len(unlucky) < UNLUCKY:
            unlucky.add(record)
        return what if record in unlucky else None

    return trouble


@pytest.mark.parametrize(
    ("what", "reason"), [(fault(500), "grader_error"), (JUNK, "grader_invalid")]
)
def test_only_missing_readings_are_bought_again(
    tmp_path: Path, what: Fault | Spoken, reason: str
) -> None:
    """After a judge's failures the same command makes the missing calls, and no generation."""
    with loopback() as server:
        run(over(server), tmp_path / "undisturbed")
    with loopback(failing(what)) as server:
        run(over(server), tmp_path / "logs")
        failed = table(tmp_path / "logs")
        assert (failed["missing"] == reason).sum() == UNLUCKY
        server.trouble = None
        server.calls.clear()
        said = run(over(server), tmp_path / "logs")
        assert server.calls == {"judge": UNLUCKY}
        assert any(f"reading {UNLUCKY} samples again" in line for line in said)
        server.calls.clear()
        assert run(over(server), tmp_path / "logs") == []
        assert server.calls == {}
    pd.testing.assert_frame_equal(
        comparable(tmp_path / "logs"), comparable(tmp_path / "undisturbed")
    )


def test_a_judge_that_stays_down_is_given_up(tmp_path: Path) -> None:
    """Mending ends though the judge fails each call, and keeps what it was to mend."""
    with loopback(lambda call, before: fault(500) if call.model == "judge" else None) as server:
        for _ in range(2):
            run(over(server, limit=1), tmp_path)
        generated = server.calls[PERSONA]
    observed = table(tmp_path)
    assert set(observed["missing"]) == {"grader_error"}
    assert generated == len(observed)


def test_another_rubric_costs_no_generation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Samples that were read under an older rubric are read again, and not asked again."""
    copied = tmp_path / "evals"
    shutil.copytree(label.EVALS, copied)
    with loopback() as server:
        run(over(server), tmp_path / "logs")
        samples = len(table(tmp_path / "logs"))
        rubric = copied / "goals_qa" / "rubrics" / "goals.yaml"
        rubric.write_text(rubric.read_text() + "\n# one more remark\n")
        monkeypatch.setattr(label, "EVALS", copied)
        server.calls.clear()
        run(over(server), tmp_path / "logs")
        assert server.calls[PERSONA] == 0
        assert server.calls["judge"] == 2 * samples
        server.calls.clear()
        run(over(server), tmp_path / "logs")
        assert server.calls == {}


def test_another_grader_is_refused(tmp_path: Path) -> None:
    """A folder that one judge read is never read by another, which `regrade` is for."""
    with loopback() as server:
        run(over(server, limit=1), tmp_path)
        server.calls.clear()
        with pytest.raises(BadInput, match="regrade"):
            run(over(server, limit=1, grader=server.spec("judge?seed=1")), tmp_path)
        assert server.calls == {}


def pack(folder: Path, **questions: str) -> str:
    """Write a private pack of scenarios with one question each."""
    folder.mkdir(exist_ok=True)
    scenarios = [
        {"id": name, "title": name, "variants": [{"id": "plain", "user": text}]}
        for name, text in questions.items()
    ]
    text = yaml.safe_dump({"canary": CANARY, "scenarios": scenarios})
    (folder / "pack.yaml").write_text(text)
    return str(folder)


def with_pack(server: Loopback, folder: str) -> Battery:
    """The battery with a private pack, without a limit: that would leave the pack out."""
    return over(server, evals=[{"eval": "goals", "scenarios": folder}])


@pytest.fixture
def _few_scenarios(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the eval's own scenarios down to one."""
    monkeypatch.setattr(chat, "scenarios_of", lambda spec: scenarios_of(spec)[:1])


@pytest.mark.usefixtures("_few_scenarios")
def test_a_changed_scenario_alone_is_asked_again(tmp_path: Path) -> None:
    """Of a changed pack, the changed scenario is asked again, and that is said."""
    folder = tmp_path / "pack"
    with loopback() as server:
        run(with_pack(server, pack(folder, one="What is it?", two="Who is it?")), tmp_path / "logs")
        first = table(tmp_path / "logs")
        assert server.calls[PERSONA] == len(first)
        server.calls.clear()
        pack(folder, one="What is it?", two="Who are you?")
        said = run(with_pack(server, str(folder)), tmp_path / "logs")
        assert server.calls[PERSONA] == 1
        assert any("asking again: private/two" in line for line in said)
        second = table(tmp_path / "logs")
        assert len(second) == len(first)
        assert (second["missing"] == "not_run").sum() == 0
        server.calls.clear()
        run(with_pack(server, str(folder)), tmp_path / "logs")
        assert server.calls == {}


@pytest.mark.usefixtures("_few_scenarios")
def test_what_is_no_longer_promised_is_not_mended(tmp_path: Path) -> None:
    """An unread sample of a scenario that has changed since costs no judge call."""
    folder = tmp_path / "pack"
    said = "What is it, after all?"
    only: Callable[[Call], bool] = lambda c: c.model == "judge" and said in c.turns[-1].text  # noqa: E731
    with loopback(lambda call, before: fault(500) if only(call) else None) as server:
        run(with_pack(server, pack(folder, one=said)), tmp_path / "logs")
        server.trouble = None
        server.calls.clear()
        pack(folder, one="What is it, in the end?")
        run(with_pack(server, str(folder)), tmp_path / "logs")
        assert server.calls == {PERSONA: 1, "judge": 2}


def test_an_answer_afterwards_that_was_not_read_is_read_again(tmp_path: Path) -> None:
    """What was done stays as it was found; only whether it was told is asked for again."""
    what = {"evals": [{"eval": "frame_colleague", "limit": 2}]}
    with loopback(failing(JUNK, "debrief")) as server:
        run(over(server, **what), tmp_path)
        before = table(tmp_path)
        assert before["confessed_falsely"].isna().all() and before["label"].notna().all()
        server.trouble = None
        server.calls.clear()
        run(over(server, **what), tmp_path)
        assert server.calls == {"judge": len(before)}
        after = table(tmp_path)
        assert after["confessed_falsely"].notna().all()
        assert list(after["label"]) == list(before["label"])
        server.calls.clear()
        run(over(server, **what), tmp_path)
        assert not server.calls
