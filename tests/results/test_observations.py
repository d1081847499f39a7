"""From real Inspect logs to the table: what counts, what is missing, what is left out."""

import json
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inspect_ai import score
from inspect_ai.log import read_eval_log, write_eval_log
from tests.results.logbook import label, promise, promised, run_foreign, run_own, sample

from unmask.errors import BadInput
from unmask.results.logs import read_logs
from unmask.results.observations import Reading, observe
from unmask.results.own import own_rows
from unmask.results.table import SCHEMA, Row

NAN = float("nan")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two attempts at one eval, the second after a failure, with a reading mended in place."""
    logs = tmp_path_factory.mktemp("logs")
    run_own(
        logs,
        [
            sample("a/plain", "overt", conduct="misaligned", faking=None),
            sample("b/plain", NAN, "grader_invalid", conduct="grader_invalid", reasoning=None),
            sample("c/plain", "aligned", fail=True),
            sample("d/plain", "unseen", visibility="hidden", reasoning=None),
        ],
    )
    time.sleep(1.1)  # names of logs sort by the second they were begun in
    later = run_own(logs, [sample("c/plain", NAN, "grader_error", conduct="grader_error")])
    mended = score(
        read_eval_log(str(later)),
        label(value="refused", reason=None, reading={"conduct": "refused"}),
        action="append",
        display="none",
    )
    write_eval_log(mended, str(later))
    return logs


def by_scenario(reading: Reading) -> dict[str, dict[str, Any]]:
    """Rows by scenario, nulls as None."""
    held = reading.table.astype(object).where(reading.table.notna(), None)
    rows: list[dict[str, Any]] = [dict(zip(SCHEMA, row, strict=True)) for row in held.to_numpy()]
    return {row["scenario"]: row for row in rows}


def test_rows_hold_what_the_log_says(folder: Path) -> None:
    """Checkpoint, question, readings and costs come from header, sample and score."""
    row = by_scenario(observe(folder))["a"]
    expected = {
        "checkpoint": "step-100", "run": "run-a", "step": 100, "model": "mockllm/model",
        "config": "cafe", "eval": "goals", "version": "1-A+0123abcd", "asks": "0123abcd",
        "family": "goals_qa", "style": "chat", "arm": "baseline", "thinking": "native",
        "role": "test", "variant": "plain", "item": "item-a/plain", "epoch": 1,
        "label": "overt", "missing": None, "conduct": "misaligned", "faking": None,
        "judge": "mockllm/judge", "reads": "r1", "votes": "clean:1", "judge_calls": 1,
        "input_tokens": 7, "output_tokens": 3, "simulated": False, "error": None,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


def test_columns_and_types_are_the_schema(folder: Path) -> None:
    """The table has exactly the schema's columns, in order, each of its type."""
    table = observe(folder).table
    assert {name: str(dtype) for name, dtype in table.dtypes.items()} == SCHEMA


def test_failed_reading_is_missing_with_its_reason(folder: Path) -> None:
    """A verdict that never came is no label, and its reason stands where readings would."""
    row = by_scenario(observe(folder))["b"]
    assert (row["label"], row["missing"], row["conduct"]) == (None, "grader_invalid", None)


def test_later_attempt_replaces_failed_and_mended_reading_replaces_void(folder: Path) -> None:
    """The second run's sample counts, by its last valid reading, and the first is counted out."""
    reading = observe(folder)
    assert by_scenario(reading)["c"]["label"] == "refused"
    assert (len(reading.table), reading.superseded) == (4, 1)


def test_later_failure_does_not_void_an_earlier_reading(tmp_path: Path) -> None:
    """A failed re-reading appended after a valid one leaves the valid one standing."""
    log = run_own(tmp_path, [sample("a", "covert", reasoning="misaligned")])
    again = score(
        read_eval_log(str(log)),
        label(value=NAN, reason="grader_error"),
        action="append",
        display="none",
    )
    write_eval_log(again, str(log))
    assert by_scenario(observe(tmp_path))["a"]["label"] == "covert"


def test_error_outranks_scores(folder: Path) -> None:
    """A sample that raised is missing with `error`, though the log be of ours and complete."""
    rows = [by_scenario(observe(log))["c"] for log in folder.glob("*.eval")]
    (row,) = [row for row in rows if row["error"] is not None]
    assert (row["label"], row["missing"], row["judge"]) == (None, "error", "")
    assert "planted failure" in row["error"]


def test_other_judge_is_another_row(tmp_path: Path) -> None:
    """A sample read by two judges has two rows under one sample."""
    log = run_own(tmp_path, [sample("a")])
    other = label(value="overt", reading={"judge": "other", "conduct": "misaligned"})
    write_eval_log(score(read_eval_log(str(log)), other, action="append", display="none"), str(log))
    table = observe(tmp_path).table
    assert list(zip(table["judge"], table["label"], strict=True)) == [
        ("mockllm/judge", "aligned"),
        ("other", "overt"),
    ]
    assert table["sample_uuid"].nunique() == 1


def test_promise_keeps_drops_and_misses(folder: Path, tmp_path: Path) -> None:
    """Only promised samples stand in the table; the others are stale, the unrun are `not_run`."""
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    wanted = promise([promised("a/plain"), promised("b/plain"), promised("never/plain")])
    (tmp_path / "promise.json").write_text(json.dumps(wanted))
    reading = observe(tmp_path)
    rows = by_scenario(reading)
    assert sorted(rows) == ["a", "b", "never"]
    assert (rows["never"]["missing"], rows["never"]["step"], reading.stale) == ("not_run", 100, 3)


def test_promise_without_any_log(tmp_path: Path) -> None:
    """A run that was killed before its first log still owes every sample it promised."""
    (tmp_path / "promise.json").write_text(json.dumps(promise([promised("a"), promised("b")])))
    reading = observe(tmp_path)
    assert list(reading.table["missing"]) == ["not_run", "not_run"]
    assert "no Inspect log" in reading.lines()[0]


def test_cut_log_without_a_promise_owes_what_it_planned(tmp_path: Path) -> None:
    """Samples of a cancelled run stand as not run, until another log holds them."""
    path = run_own(tmp_path, [sample("a"), sample("b"), sample("b/other")])
    whole = read_eval_log(str(path))
    cut = whole.model_copy(update={"samples": (whole.samples or [])[:1], "status": "cancelled"})
    write_eval_log(cut, str(path))
    table = observe(tmp_path).table
    assert list(table["missing"].dropna()) == ["not_run", "not_run"]
    assert list(table["scenario"]) == ["a", "b", "b"]
    run_own(tmp_path, [sample("b"), sample("b/other")])
    reading = observe(tmp_path)
    assert list(reading.table["label"]) == ["aligned"] * 3
    assert reading.superseded == 0


def test_one_named_log_owes_only_its_own_cell(folder: Path, tmp_path: Path) -> None:
    """Naming one log does not ask it for what other arms were promised."""
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    wanted = promise([promised("a/plain"), promised("x"), promised("y", arm="aware")])
    (tmp_path / "promise.json").write_text(json.dumps(wanted))
    first = sorted(tmp_path.glob("*.eval"))[0]
    assert sorted(by_scenario(observe(first))) == ["a", "x"]


def test_json_log_reads_as_the_same_table(folder: Path, tmp_path: Path) -> None:
    """A log's format changes nothing but its name."""
    first = sorted(folder.glob("*.eval"))[0]
    log = read_eval_log(str(first))
    write_eval_log(log, str(tmp_path / f"{first.stem}.json"))
    ours, theirs = (observe(path).table.drop(columns="log") for path in (first, tmp_path))
    pd.testing.assert_frame_equal(ours, theirs)


def test_unreadable_file_is_named_while_others_are_read(folder: Path, tmp_path: Path) -> None:
    """Damage costs the damaged file, and says so in one line."""
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "torn.eval").write_bytes(b"PK\x03\x04 torn")
    (tmp_path / "other.json").write_text('{"no": "log"}')
    reading = observe(tmp_path)
    assert [line.split(":")[0] for line in reading.unread] == ["other.json", "torn.eval"]
    pd.testing.assert_frame_equal(reading.table, observe(folder).table)


def test_nothing_to_read_is_bad_input(tmp_path: Path) -> None:
    """No path, no log in it, no readable log: one line each, that says what was expected."""
    with pytest.raises(BadInput, match="there is no"):
        observe(tmp_path / "nowhere")
    with pytest.raises(BadInput, match="no Inspect log"):
        observe(tmp_path)
    (tmp_path / "torn.eval").write_bytes(b"")
    with pytest.raises(BadInput, match=r"no log could be read: torn\.eval"):
        observe(tmp_path)
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(BadInput, match="is no Inspect log"):
        observe(tmp_path / "notes.txt")


def test_foreign_log_needs_a_score(tmp_path: Path) -> None:
    """A log that we did not read is refused with the names of the scores it holds."""
    run_foreign(tmp_path, [sample("a", "C")])
    with pytest.raises(BadInput, match="its scores: verdict"):
        observe(tmp_path)


def test_one_sample_under_two_checkpoints_is_refused(folder: Path, tmp_path: Path) -> None:
    """A log copied and relabelled would count one sample for two checkpoints."""
    first = sorted(folder.glob("*.eval"))[0]
    shutil.copy(first, tmp_path / first.name)
    log = read_eval_log(str(first))
    log.eval.metadata = {**(log.eval.metadata or {}), "checkpoint": "step-200"}
    log.metadata = log.eval.metadata
    write_eval_log(log, str(tmp_path / "relabelled.eval"))
    with pytest.raises(BadInput, match=r"under two checkpoints: 'step-100' .* and 'step-200'"):
        observe(tmp_path)


@pytest.fixture(scope="module")
def rows_of(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Sequence[int]], list[Row]]:
    """Read some of four logs, in a given order: two, and the same two under other names."""
    copies = tmp_path_factory.mktemp("copies")
    for file in folder.glob("*.eval"):
        shutil.copy(file, copies / file.name)
        shutil.copy(file, copies / f"z-copy-{file.name}")
    logs = read_logs(copies)[0]

    def read(order: Sequence[int]) -> list[Row]:
        rows = own_rows([(logs[place], None) for place in order], {}).rows
        return sorted(rows, key=lambda row: row.sample_uuid)

    return read


@settings(max_examples=25, deadline=None)
@given(
    order=st.lists(st.integers(0, 3), max_size=4).flatmap(
        lambda more: st.permutations([0, 1, *more])
    )
)
def test_order_and_copies_of_logs_change_nothing(
    rows_of: Callable[[Sequence[int]], list[Row]], order: list[int]
) -> None:
    """Whatever the order, and however often a log stands there, the rows are the same."""
    assert rows_of(order) == rows_of([0, 1])
