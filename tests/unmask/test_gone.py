"""A provider that goes away in the middle of a run, or lets nobody in any more."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from inspect_ai.log import list_eval_logs, read_eval_log
from tests.unmask.loopback import KEYS, Loopback, fault, loopback, nobody
from tests.unmask.pipeline import battery, outcomes, run, table

from unmask.battery import Battery
from unmask.errors import Gone
from unmask.reference.serve import Call, Fault
from unmask.silences import STREAK

HURRIED = {"max_connections": 2, "max_samples": 2, "max_retries": 0, "timeout": 1}
"""A model counts as gone after a second; each call is tried once."""

DOWN, SHUT = fault(503), fault(401)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No keys, and no judge's reply from another test."""
    for key in KEYS:
        monkeypatch.setenv(key, "none")
    monkeypatch.setenv("INSPECT_CACHE_DIR", str(tmp_path / "cache"))


class Failing:
    """A model of a server that stops serving after some calls, until it is told to again."""

    def __init__(self, model: str, what: Fault, after: int) -> None:
        """Fail one model, by its name as sent, with an error."""
        self.model = model
        self.what = what
        self.after = after

    def __call__(self, call: Call, before: int) -> Fault | None:
        """Fail a call, or let it through."""
        return self.what if call.model == self.model and before >= self.after else None


def on(server: Loopback) -> Battery:
    """A battery of 30 samples, all of whose models are on one server."""
    return battery(
        [server.checkpoint("aligned")],
        grader=server.spec("judge"),
        limit=10,
        limits=HURRIED,
    )


def test_a_checkpoint_that_goes_away(tmp_path: Path) -> None:
    """The run stops by itself, keeps what it has, and buys only the rest once it is back."""
    failing = Failing("aligned", DOWN, after=4)
    with loopback(failing, delay=0.1) as server:  # slow enough for some to be left after a second
        what = on(server)
        with pytest.raises(Gone, match=r"local/aligned at http.* has answered none .*503") as gone:
            run(what, tmp_path / "logs")
        first, calls = outcomes(tmp_path / "logs"), Counter(server.calls)
        failing.after = 10_000
        run(what, tmp_path / "logs")
    assert not gone.value.shared
    assert first["aligned"] == 4
    assert first["error"] >= STREAK
    assert first["not_run"] > 0
    assert set(first) == {"aligned", "error", "not_run"}
    assert calls["aligned"] == first["aligned"] + first["error"]
    assert outcomes(tmp_path / "logs") == {"aligned": first.total()}
    assert server.calls["aligned"] - calls["aligned"] == first.total() - first["aligned"]


def test_a_judge_that_goes_away(tmp_path: Path) -> None:
    """Replies are kept, no more are bought, and only the readings are made later."""
    failing = Failing("judge", DOWN, after=4)
    with loopback(failing, delay=0.03) as server:
        what = on(server)
        with pytest.raises(Gone, match="local/judge") as gone:
            run(what, tmp_path / "logs")
        first, calls = outcomes(tmp_path / "logs"), Counter(server.calls)
        failing.after = 10_000
        run(what, tmp_path / "logs")
    assert gone.value.shared
    assert first["aligned"] > 0
    assert first["not_run"] > 0
    assert set(first) <= {"aligned", "grader_error", "not_run"}
    assert calls["aligned"] < first.total()
    assert outcomes(tmp_path / "logs") == {"aligned": first.total()}
    assert server.calls["aligned"] == first.total()


def test_a_key_that_is_not_valid_any_more(tmp_path: Path) -> None:
    """Nobody waits for a key to mend itself: a few calls, whatever the size of the battery."""
    with loopback(Failing("aligned", SHUT, after=4)) as server:
        what = on(server).model_copy(update={"limits": battery(["aligned"]).limits})
        with pytest.raises(Gone, match=f"has let none of the last {STREAK} calls in .*401"):
            run(what, tmp_path / "logs")
    # Those that were under way when it was noticed had been sent already.
    assert server.calls["aligned"] <= 4 + what.limits.max_connections
    assert outcomes(tmp_path / "logs")["aligned"] == 4


def test_errors_are_kept_without_the_frames_of_an_sdk(tmp_path: Path) -> None:
    """What a provider said stays with the sample; drawing an SDK's code costs seconds for each."""
    dead = {"label": "a", "model": "openai-api/local/aligned", "base_url": nobody()}
    run(battery([dead], limit=1, limits=HURRIED | {"timeout": 60}), tmp_path)
    errors = [
        sample.error
        for info in list_eval_logs(str(tmp_path))
        for sample in read_eval_log(info).samples or []
    ]
    assert errors
    for error in errors:
        assert error is not None
        assert "ConnectError: All connection attempts failed" in error.traceback
        assert "APIConnectionError: Connection error." in error.traceback
        assert "openai/_base_client.py" not in error.traceback
        assert len(error.traceback_ansi) < 40_000


def test_the_others_are_measured(tmp_path: Path) -> None:
    """One dead server costs its own checkpoints alone; the run says what is left and exits 4."""
    with loopback(lambda call, before: DOWN, delay=0.1) as server:
        what = {
            "grader": "reference/judge",
            "checkpoints": [
                {"label": "a", **server.spec("aligned")},
                {"label": "b", **server.spec("frank")},
                {"label": "c", "model": "reference/aligned"},
            ],
            "evals": [{"eval": "goals", "limit": 8}],
            "limits": HURRIED | {"max_samples": 1},
        }
        (tmp_path / "battery.yaml").write_text(json.dumps(what))
        command = [sys.executable, "-c", "from unmask.cli import main; main()", "run"]
        ended = subprocess.run(
            [*command, str(tmp_path / "battery.yaml"), "--logs", str(tmp_path / "logs")],
            capture_output=True,
            text=True,
            check=False,
        )
    assert ended.returncode == 4, ended.stderr
    assert "[2/3] b: left, for its provider does not answer" in ended.stderr
    rows = table(tmp_path / "logs")
    left = rows[rows["label"].isna()]
    assert set(left["checkpoint"]) == {"a", "b"}
    *_, last = ended.stderr.strip().splitlines()
    assert last.endswith(
        f": {len(left)} of {len(rows)} samples are left; once it answers, the same command goes on"
    )
    assert set(rows[rows["checkpoint"] == "c"]["label"]) == {"aligned"}
