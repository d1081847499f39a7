"""A run that is killed outright goes on with the same command, and buys nothing twice."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
import yaml
from tests.unmask.loopback import KEYS, Loopback, loopback
from tests.unmask.pipeline import run, table

from unmask.battery import read_battery

AT_ONCE = 3
"""Samples in flight: what a kill may cost."""


def start(server: Loopback, folder: Path) -> "subprocess.Popen[bytes]":
    """Start `unmask run` on a battery of one checkpoint, into the folder's logs."""
    battery = folder / "battery.yaml"
    value = {
        "grader": "reference/judge",
        "checkpoints": [server.checkpoint("hacker")],
        "evals": [{"eval": "goals", "limit": 5}],
        "limits": {"max_connections": AT_ONCE, "max_samples": AT_ONCE},
    }
    battery.write_text(yaml.safe_dump(value))
    code = "from unmask.cli import main; main()"
    command = [sys.executable, "-c", code, "run", str(battery), "--logs", str(folder / "logs")]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


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
        deadline = time.monotonic() + 60
        while server.calls["hacker"] < 10 and time.monotonic() < deadline:
            time.sleep(0.01)
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
