"""Summaries are what Inspect reads, however they were read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from inspect_ai.log import (
    EvalSampleSummary,
    read_eval_log,
    read_eval_log_sample_summaries,
    write_eval_log,
)
from tests.results.logbook import run_foreign, run_own, sample

from unmask.results import summaries as module
from unmask.results.summaries import read_names, read_summaries


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with a label, a missing reading, a failed sample and something in the evidence."""
    return run_own(
        tmp_path_factory.mktemp("own"),
        [
            sample("a/plain", "covert", reasoning="misaligned", evidence=[{"quote": "x"}]),
            sample("b/plain", float("nan"), "grader_invalid"),
            sample("c/plain", fail=True),
        ],
        epochs=2,
    )


def theirs(log: Path) -> list[str]:
    """What Inspect reads of a log, as far as it is kept."""
    return [_theirs(each) for each in read_eval_log_sample_summaries(str(log))]


def _theirs(read: EvalSampleSummary) -> str:
    scores = {
        name: [
            score.value,
            score.reason,
            {key: value for key, value in (score.metadata or {}).items() if key != "evidence"},
        ]
        for name, score in (read.scores or {}).items()
    }
    tokens = {
        name: [
            used.input_tokens
            + (used.input_tokens_cache_read or 0)
            + (used.input_tokens_cache_write or 0),
            used.output_tokens,
        ]
        for name, used in read.model_usage.items()
    }
    kept = [read.id, read.epoch, read.uuid, read.metadata, read.completed, read.limit, read.error]
    times = [read.working_time or read.total_time or 0.0, read.completed_at or read.started_at]
    return json.dumps([*kept, *times, scores, tokens])


def ours(log: Path) -> list[str]:
    """What we read of a log, in the same form."""
    return [
        json.dumps(
            [
                *(each.id, each.epoch, each.uuid, each.metadata),
                *(each.completed, each.limit, each.error, each.seconds, each.when),
                {name: [s.value, s.reason, s.metadata] for name, s in each.scores.items()},
                {name: [used.input, used.output] for name, used in each.tokens.items()},
            ]
        )
        for each in read_summaries(log)
    ]


def rewrite(log: Path, **members: Any) -> Path:
    """Write a log anew, with other members in place of some; None leaves one out."""
    changed = log.with_name(f"changed-{log.name}")
    named = {f"{name}.json": value for name, value in members.items()}
    with ZipFile(log) as old, ZipFile(changed, "w") as new:
        for name in dict.fromkeys([*old.namelist(), *named]):
            value = named.get(name, ...)
            if value is not None:
                new.writestr(name, old.read(name) if value is ... else json.dumps(value))
    return changed


def test_what_is_kept_is_what_inspect_reads(own: Path) -> None:
    """Every field but the ones left out is the same, a failed sample's and a NaN's included."""
    assert ours(own) == theirs(own)
    read = read_summaries(own)
    assert len(read) == 6
    assert all(each.tokens["mockllm/model"].output == 3 for each in read if not each.error)
    held = [score for each in read for score in each.scores.values()]
    assert held and not any("evidence" in score.metadata for score in held)


def test_foreign_scores_are_what_inspect_reads(tmp_path: Path) -> None:
    """Dicts, words and numbers of other people's scorers keep their types."""
    values: list[Any] = ["C", 1, 0.5, True, {"a": 1, "b": 0.25}]
    log = run_foreign(tmp_path, [sample(f"s{n}", value) for n, value in enumerate(values)])
    assert ours(log) == theirs(log)
    held = [score.value for each in read_summaries(log) for score in each.scores.values()]
    assert [type(value) for value in held] == [type(value) for value in values]


def test_old_reasons_are_lifted(own: Path) -> None:
    """What Inspect mends in logs of older versions is mended here too."""
    with ZipFile(own) as archive:
        held = json.loads(archive.read("summaries.json"))
    for each in held:
        if each["scores"]:
            each["scores"]["label"] |= {"reason": None, "metadata": {"unscored_reason": "refusal"}}
    read = read_summaries(rewrite(own, summaries=held))
    reasons = {score.reason for each in read for score in each.scores.values()}
    assert reasons == {"refusal"}


def test_a_sample_that_was_run_anew_counts_once(own: Path) -> None:
    """The last of two summaries of one sample and epoch is the one that holds."""
    with ZipFile(own) as archive:
        held = json.loads(archive.read("summaries.json"))
    log = rewrite(own, summaries=[*held, {**held[0], "uuid": "later"}])
    read = read_summaries(log)
    assert [each.uuid for each in read] == ["later", *(each["uuid"] for each in held[1:])]
    assert ours(log) == theirs(log)


@pytest.mark.parametrize("members", [{"summaries": None}, {"summaries": {"no": "list"}}])
def test_any_other_log_is_left_to_inspect(own: Path, members: dict[str, Any]) -> None:
    """A log without finished summaries, or with odd ones, is read or refused as Inspect does it."""
    log = rewrite(own, **members)
    said = []
    for read in (ours, theirs):
        try:
            said.append(str(read(log)))
        except ValueError as error:
            said.append(str(error))
    assert said[0] == said[1]


def test_a_finished_log_never_needs_inspects_reader(
    own: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The quick way is the one that is gone; a JSON log goes the other."""

    def refuse(file: str) -> list[EvalSampleSummary]:
        raise AssertionError(file)

    monkeypatch.setattr(module, "read_eval_log_sample_summaries", refuse)
    assert len(read_summaries(own)) == 6
    other = tmp_path / "log.json"
    shutil.copy(own, other)
    with pytest.raises(AssertionError, match=r"log\.json"):
        read_summaries(other)


def test_names_are_those_of_the_summaries(own: Path, tmp_path: Path) -> None:
    """Quickly read or not at all: another kind of log, or one without uuids, has no quick way."""
    quick = read_names(own)
    assert quick
    assert [(each.id, each.epoch, each.uuid) for each in quick] == [
        (each.id, each.epoch, each.uuid) for each in read_summaries(own)
    ]
    old = tmp_path / "old.eval"
    with ZipFile(own) as whole, ZipFile(old, "w") as archive:
        held = json.loads(whole.read("summaries.json"))
        del held[-1]["uuid"]
        archive.writestr("summaries.json", json.dumps(held))
    json_log = tmp_path / "log.json"
    write_eval_log(read_eval_log(str(own)), str(json_log))
    torn = tmp_path / "torn.eval"
    torn.write_bytes(b"PK")
    assert [read_names(file) for file in (old, json_log, torn)] == [None] * 3
