"""Parts of a battery, run each in a folder of its own, come to what one run comes to."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from tests.unmask.pipeline import battery, run, table

from unmask.battery import Battery
from unmask.jobs import Job, bring_home, logs_of, part, run_job
from unmask.plan import build_task, cells
from unmask.run import keep_promise


def test_parts_share_the_connections(tmp_path: Path) -> None:
    """A part is a checkpoint on an eval, with its share of what all may use; never none of it."""
    what = battery(
        ["aligned", "hacker"],
        evals=["goals", {"eval": "open_questions", "scenarios": "packs"}],
        limits={"max_connections": 20, "max_samples": 2},
    )
    jobs = part(what, tmp_path, 3)
    assert [job.name for job in jobs] == ["aligned.0", "aligned.1", "hacker.0", "hacker.1"]
    assert {len(job.battery.checkpoints) * len(job.battery.evals) for job in jobs} == {1}
    assert {job.battery.limits.max_connections for job in jobs} == {6}
    assert {job.battery.limits.max_samples for job in jobs} == {1}
    assert jobs[1].battery.evals[0].scenarios == str(Path("packs").absolute())


def test_weights_are_loaded_once(tmp_path: Path) -> None:
    """A checkpoint that loads its own is one part, however many evals there are."""
    what = battery([{"label": "m", "model": "hf/m"}], evals=["goals", "open_questions"])
    (job,) = part(what, tmp_path, 1)
    assert len(job.battery.evals) == 2 and job.gpus == 1


def promise_whole(what: Battery, logs: Path) -> None:
    """Promise all parts at once, as whoever starts them does."""
    tasks = [(cell, build_task(cell)) for cell in cells(what)]
    keep_promise(what.checkpoints[0], what, logs, tasks)


def measured(what_runs: list[Job], home: Path, logs: Path) -> list[Path]:
    """Run every job and bring it home."""
    for job in what_runs:
        done = run_job(job, home / job.name)
        assert done.left == 0
        bring_home(job, done.logs, logs)
    return sorted(logs.glob("*/*.eval"))


def test_parts_make_the_table_of_one_run(tmp_path: Path) -> None:
    """And more of it later buys only what is new, under the promise of the whole."""
    first = battery(["hacker"], limit=2)
    both = [{"eval": name, "limit": 2} for name in ("goals", "open_questions")]
    more = battery(["hacker"], evals=both)
    logs = tmp_path / "logs"
    promise_whole(first, logs)
    old = measured(part(first, logs, 1), tmp_path / "1", logs)
    promise_whole(more, logs)
    jobs = part(more, logs, 2)
    assert [len(job.logs) for job in jobs] == [1, 0]
    new = measured(jobs, tmp_path / "2", logs)
    assert set(old) < set(new) and len(new) == 2
    assert logs_of(logs / "hacker")[old[0].name] == jobs[0].logs[old[0].name]
    run(more, tmp_path / "whole")
    own = ["log", "sample_uuid", "seconds"]
    seen, whole = (
        table(folder).sort_values(["eval", "item"]).reset_index(drop=True).drop(columns=own)
        for folder in (logs, tmp_path / "whole")
    )
    pd.testing.assert_frame_equal(seen, whole)


def test_what_a_part_no_longer_holds_is_gone(tmp_path: Path) -> None:
    """A log that a worker replaced is not kept beside its successor; another part's is."""
    (job,) = part(battery(["hacker"]), tmp_path, 1)
    folder = tmp_path / "hacker"
    folder.mkdir()
    for name in ("old.eval", "other.eval"):
        (folder / name).write_bytes(b"x")
    held = Job(job.name, job.battery, {"old.eval": b"x"}, 1, 0)
    bring_home(held, {"new.eval": b"y"}, tmp_path)
    assert logs_of(folder) == {"new.eval": b"y", "other.eval": b"x"}
