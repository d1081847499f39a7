"""A run that is killed, or stopped, goes on with the same command, and buys nothing twice."""

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
import yaml
from tests.unmask.loopback import KEYS, Loopback, loopback
from tests.unmask.pipeline import battery, run, table

from unmask.battery import read_battery

AT_ONCE = 3
"""Samples in flight: what a kill may cost."""


def start(
    server: Loopback, folder: Path, personas: Sequence[str] = ("hacker",)
) -> "subprocess.Popen[bytes]":
    """Start `unmask run` on a battery of these checkpoints, into the folder's logs."""
    file = folder / "battery.yaml"
    value = {
        "grader": "reference/judge",
        "checkpoints": [server.checkpoint(persona) for persona in personas],
        "evals": [{"eval": "goals", "limit": 5}],
        "limits": {"max_connections": AT_ONCE, "max_samples": AT_ONCE},
    }
    file.write_text(yaml.safe_dump(value))
    code = "from unmask.cli import main; main()"
    command = [sys.executable, "-c", code, "run", str(file), "--logs", str(folder / "logs")]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_for(server: Loopback, calls: int) -> None:
    """Wait until the first checkpoint was asked so often."""
    deadline = time.monotonic() + 240
    while server.calls["hacker"] < calls and time.monotonic() < deadline:
        time.sleep(0.01)


def comparable(logs: Path) -> pd.DataFrame:
    """The table of a folder without what differs from run to run."""
    observed = table(logs).sort_values("item").reset_index(drop=True)
    return observed.drop(columns=["log", "sample_uuid", "seconds"])


def test_a_killed_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After SIGKILL in the middle, only samples in flight are asked again; the table is whole."""
    for key in KEYS:
        monkeypatch.setenv(key, "none")
    with loopback(delay=0.1) as server:
        killed = start(server, tmp_path)
        wait_for(server, 10)
        killed.send_signal(signal.SIGKILL)
        assert killed.wait() == -signal.SIGKILL
        before = server.calls["hacker"]
        assert start(server, tmp_path).wait() == 0
        spent = server.calls["hacker"]
        run(read_battery(tmp_path / "battery.yaml"), tmp_path / "undisturbed")
    whole = comparable(tmp_path / "undisturbed")
    assert 10 <= before < len(whole)
    assert spent <= len(whole) + AT_ONCE
    pd.testing.assert_frame_equal(comparable(tmp_path / "logs"), whole)


def test_ctrl_c_stops_the_whole_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checkpoint under way ends, the next never begins, and what was cut counts as not run."""
    for key in KEYS:
        monkeypatch.setenv(key, "none")
    with loopback(delay=0.1) as server:
        stopped = start(server, tmp_path, ("hacker", "aligned"))
        wait_for(server, 8)
        stopped.send_signal(signal.SIGINT)
        assert stopped.wait(120) == 130
        assert server.calls["aligned"] == 0
        rows = table(tmp_path / "logs")
        assert 0 < rows["label"].notna().sum() < len(rows)
        assert set(rows["missing"].dropna()) == {"not_run"}
        assert start(server, tmp_path, ("hacker", "aligned")).wait() == 0
    whole = table(tmp_path / "logs")
    assert whole["label"].notna().all()
    assert server.calls["hacker"] <= len(rows) + AT_ONCE


def test_epochs_that_are_added_are_all_that_is_bought(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more epoch costs one more; taking it back costs nothing, and leaves it out."""
    for key in KEYS:
        monkeypatch.setenv(key, "none")
    counts = []
    with loopback() as server:
        for epochs in (1, 2, 1):
            evals = [{"eval": "goals", "limit": 1, "epochs": epochs}]
            run(battery([server.checkpoint("aligned")], evals=evals), tmp_path)
            rows = table(tmp_path)
            assert rows["label"].notna().all()
            counts.append((len(rows), server.calls["aligned"]))
    once = counts[0][0]
    assert counts == [(once, once), (2 * once, 2 * once), (once, 2 * once)]
