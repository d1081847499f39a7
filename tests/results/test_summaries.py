"""Summaries are what Inspect reads, however they were read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from inspect_ai.log import EvalSampleSummary, read_eval_log_sample_summaries
from tests.results.logbook import run_foreign, run_own, sample

from unmask.results import summaries as module
from unmask.results.summaries import read_summaries

LEFT_OUT = {"input", "role_usage"}
LEFT_OUT_OF_SCORES = {"answer", "explanation", "history"}


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


def plain(summary: EvalSampleSummary) -> str:
    """Everything that is kept of a summary, NaN as a word."""
    held = summary.model_dump(mode="json", exclude=LEFT_OUT)
    for score in (held["scores"] or {}).values():
        for name in LEFT_OUT_OF_SCORES:
            score.pop(name)
        (score["metadata"] or {}).pop("evidence", None)
    return json.dumps(held, sort_keys=True)


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
    theirs = read_eval_log_sample_summaries(str(own))
    read = read_summaries(own)
    assert [plain(each) for each in read] == [plain(each) for each in theirs]
    assert len(read) == 6
    held = [score for each in read for score in (each.scores or {}).values()]
    assert held and not any("evidence" in (score.metadata or {}) for score in held)


def test_foreign_scores_are_what_inspect_reads(tmp_path: Path) -> None:
    """Dicts, words and numbers of other people's scorers keep their types."""
    values: list[Any] = ["C", 1, 0.5, True, {"a": 1, "b": 0.25}]
    log = run_foreign(tmp_path, [sample(f"s{n}", value) for n, value in enumerate(values)])
    theirs = read_eval_log_sample_summaries(str(log))
    assert [plain(each) for each in read_summaries(log)] == [plain(each) for each in theirs]


def test_old_reasons_are_lifted(own: Path) -> None:
    """What Inspect mends in logs of older versions is mended here too."""
    with ZipFile(own) as archive:
        held = json.loads(archive.read("summaries.json"))
    for each in held:
        if each["scores"]:
            each["scores"]["label"] |= {"reason": None, "metadata": {"unscored_reason": "refusal"}}
    read = read_summaries(rewrite(own, summaries=held))
    reasons = {score.reason for each in read for score in (each.scores or {}).values()}
    assert reasons == {"refusal"}


def test_a_sample_that_was_run_anew_counts_once(own: Path) -> None:
    """The last of two summaries of one sample and epoch is the one that holds."""
    with ZipFile(own) as archive:
        held = json.loads(archive.read("summaries.json"))
    log = rewrite(own, summaries=[*held, {**held[0], "uuid": "later"}])
    read = read_summaries(log)
    assert [each.uuid for each in read] == ["later", *(each["uuid"] for each in held[1:])]
    assert [each.uuid for each in read] == [
        each.uuid for each in read_eval_log_sample_summaries(str(log))
    ]


@pytest.mark.parametrize("members", [{"summaries": None}, {"summaries": {"no": "list"}}])
def test_any_other_log_is_left_to_inspect(own: Path, members: dict[str, Any]) -> None:
    """A log without finished summaries, or with odd ones, is read or refused as Inspect does it."""
    log = rewrite(own, **members)
    try:
        theirs: Any = [plain(each) for each in read_eval_log_sample_summaries(str(log))]
    except ValueError as error:
        theirs = str(error)
    try:
        read: Any = [plain(each) for each in read_summaries(log)]
    except ValueError as error:
        read = str(error)
    assert read == theirs


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
