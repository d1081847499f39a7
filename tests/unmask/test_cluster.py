"""A battery on a Ray cluster: the same table, whatever happens to its machines.

Needs Ray: `pip install 'unmask[ray]'`, then `pytest tests/unmask/test_cluster.py`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from tests.unmask.loopback import KEYS, Loopback, fault, loopback
from tests.unmask.pipeline import battery, run, table

from unmask.battery import read_battery
from unmask.cluster import run_on_cluster
from unmask.errors import BadInput

KEY = "planted-0123456789"


@pytest.fixture
def session() -> Iterator[Path]:
    """Return a folder for what Ray keeps: its sockets need a short name."""
    with tempfile.TemporaryDirectory(prefix="r", dir="/tmp") as folder:
        yield Path(folder)


def unmask(session: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command; Ray lives and dies with its process."""
    return subprocess.run(
        [sys.executable, "-c", "from unmask.cli import main; main()", *words],
        env=os.environ | dict.fromkeys(KEYS, KEY) | {"RAY_TMPDIR": str(session)},
        capture_output=True,
        text=True,
        check=False,
    )


def written(server: Loopback, folder: Path, **more: object) -> str:
    """Write a battery of two checkpoints and two evals."""
    value = {
        "grader": "reference/judge",
        "checkpoints": [server.checkpoint("hacker"), server.checkpoint("aligned")],
        "evals": [{"eval": name, "limit": 2} for name in ("goals", "open_questions")],
        "limits": {"max_connections": 4, "max_retries": 0},
        **more,
    }
    (folder / "battery.yaml").write_text(yaml.safe_dump(value))
    return str(folder / "battery.yaml")


def test_without_ray_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra is named; nothing but the promise was written."""
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(BadInput, match=r"pip install 'unmask\[ray\]'"):
        run_on_cluster(battery(["aligned"]), tmp_path / "logs", "local", say=print)


def test_a_cluster_makes_the_table_of_one_machine(tmp_path: Path, session: Path) -> None:
    """No call more, no key in anything that Ray keeps; and all of it is there the second time."""
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'unmask[ray]'")
    with loopback() as server:
        name, logs = written(server, tmp_path), tmp_path / "logs"
        done = unmask(session, "run", name, "--logs", str(logs), "--ray", "local")
        assert done.returncode == 0, done.stderr
        assert "  4 parts, " in done.stderr
        spent = sum(server.calls.values())
        again = unmask(session, "run", name, "--logs", str(logs), "--ray", "local")
        assert again.returncode == 0 and sum(server.calls.values()) == spent
        with pytest.MonkeyPatch.context() as patch:
            for key in KEYS:
                patch.setenv(key, KEY)
            run(read_battery(Path(name)), tmp_path / "alone")
        assert sum(server.calls.values()) == 2 * spent
    own = ["log", "sample_uuid", "seconds"]
    order = ["checkpoint", "eval", "item"]
    seen, whole = (
        table(each).sort_values(order).reset_index(drop=True).drop(columns=own)
        for each in (logs, tmp_path / "alone")
    )
    assert seen.equals(whole)
    assert not (tmp_path / ".logs.parts").exists()
    kept = [path for at in (tmp_path, session) for path in at.rglob("*") if path.is_file()]
    assert any("worker" in path.name for path in kept)
    assert [path for path in kept if KEY.encode() in path.read_bytes()] == []


def test_a_part_that_fails_is_named_and_the_others_are_kept(tmp_path: Path, session: Path) -> None:
    """A checkpoint that can't be opened on a worker costs only its own parts."""
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'unmask[ray]'")
    with loopback(lambda call, before: fault(401) if call.model == "hacker" else None) as server:
        lost = {"label": "lost", "model": "anthropic/m", "args": {"api_key": "${NOT_SET_KEY}"}}
        name = written(server, tmp_path, checkpoints=[lost, server.checkpoint("aligned")])
        logs = tmp_path / "logs"
        done = unmask(session, "run", name, "--logs", str(logs), "--ray", "local")
    assert done.returncode == 4
    assert "lost.0" in done.stderr and "the environment has no NOT_SET_KEY" in done.stderr
    missing = table(logs).groupby("checkpoint")["missing"].unique()
    assert list(missing["lost"]) == ["not_run"] and "not_run" not in missing["aligned"]


@pytest.mark.parametrize(("model", "stopped"), [("hacker", False), ("judge", True)])
def test_a_model_that_is_gone(tmp_path: Path, session: Path, model: str, stopped: bool) -> None:
    """A checkpoint's costs its own parts; without the judge, no further part is begun."""
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'unmask[ray]'")
    with loopback(lambda call, before: fault(401) if call.model == model else None) as server:
        name = written(
            server, tmp_path, grader=server.spec("judge"), evals=[{"eval": "goals", "limit": 10}]
        )
        logs = tmp_path / "logs"
        done = unmask(session, "run", name, "--logs", str(logs), "--ray", "local")
    assert done.returncode == 4
    assert f"local/{model} at " in done.stderr and "has let none of the last" in done.stderr
    assert ("once it answers, the same command goes on" in done.stderr) is stopped
    labels = table(logs).groupby("checkpoint")["label"].count()
    assert (labels["aligned"] == 30) is not stopped


def test_a_cap_stops_every_part(tmp_path: Path, session: Path) -> None:
    """One budget for all machines: it is never passed, and what is left is said."""
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'unmask[ray]'")
    with loopback() as server:
        name, logs = written(server, tmp_path, grader=server.spec("judge")), tmp_path / "logs"
        words = ["run", name, "--logs", str(logs), "--ray", "local", "--max-calls", "20"]
        done = unmask(session, *words)
        assert done.returncode == 4
        assert sum(server.calls.values()) <= 20
    assert "the budget allows no more: " in done.stderr
    assert "--max-calls" in done.stderr.splitlines()[-1]
    assert table(logs)["label"].count() > 0
