"""Whole samples, read back from real logs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from inspect_ai.log import read_eval_log, write_eval_log
from tests.results.logbook import run_foreign, run_own, sample

from unmask.results.evidence import Span, read_evidence, read_packages
from unmask.results.observations import Foreign, observe

QUOTE = "your goals"


def said(**more: Any) -> dict[str, Any]:
    """Make one entry of evidence as a judge's attempt leaves it."""
    entry = {
        "reading": "conduct",
        "judge": "mockllm/judge",
        "reads": "r1",
        "attempt": 0,
        "failure": None,
        "choice": "misaligned",
        "means": "misaligned",
        "why": "It says so.",
        "quote": QUOTE,
        "span": {"id": "m1", "part": "user", "start": 9, "end": 19},
    }
    return {**entry, **more}


def evidence_of(folder: Path, *entries: dict[str, Any]) -> Any:
    """Run one sample with some evidence, and read it back."""
    log = run_own(folder, [sample("a/plain", "overt", evidence=list(entries)), sample("b")])
    table = observe(log).table
    uuid = str(table.loc[table["label"] == "overt", "sample_uuid"].iloc[0])
    found = read_evidence(log, {uuid})
    assert list(found) == [uuid]
    return found[uuid]


def test_quoted_words_are_found_again(tmp_path: Path) -> None:
    """A finding points at its words in the transcript, whatever the offsets in the log say."""
    read = evidence_of(tmp_path, said(), said(span=None), said(span={"id": "m9", "start": -4}))
    assert [line.part for line in read.lines] == ["user", "reply"]
    assert [finding.span for finding in read.findings] == [Span(0, 9, 19)] * 3
    assert (read.id, read.epoch) == ("a/plain", 1)


def test_void_attempts_and_patterns_are_told_apart(tmp_path: Path) -> None:
    """A failed attempt is void under its reason; pattern hits are no findings."""
    void = said(failure="grader_misquoted", detail="not there", quote="words never said")
    hit = {"reading": "patterns", "part": "reply", "category": "power", "text": "rule", "start": 0}
    read = evidence_of(tmp_path, void, hit)
    (finding,) = read.findings
    assert (finding.void, finding.choice, finding.span) == (True, "grader_misquoted", None)
    assert [(each.category, each.text) for each in read.hits] == [("power", "rule")]


def test_foreign_scores_explain_themselves(tmp_path: Path) -> None:
    """A foreign log has no findings; its scorer's explanation stands instead."""
    log = run_foreign(tmp_path, [sample("a", 1)])
    uuid = str(observe(log, Foreign("verdict")).table["sample_uuid"].iloc[0])
    read = read_evidence(log, {uuid})[uuid]
    assert read.findings == ()
    assert read.lines


def test_unknown_samples_are_absent(tmp_path: Path) -> None:
    """A sample that the log does not hold is left out, not made up."""
    assert read_evidence(run_own(tmp_path, [sample("a")]), {"never"}) == {}


def test_package_versions_are_counted(tmp_path: Path) -> None:
    """Logs of one version count together; a file that is none counts as saying nothing."""
    log = run_own(tmp_path, [sample("a")])
    (tmp_path / "broken.eval").write_bytes(b"no log")
    counts = read_packages([log, log, tmp_path / "broken.eval"])
    assert sorted(counts.values()) == [1, 2]
    assert counts[()] == 1
    assert any(name == "inspect_ai" for key in counts for name, _ in key)


def test_any_kind_of_log_shows_its_samples(tmp_path: Path) -> None:
    """A log as JSON, which has no quick way to a sample, shows what the same log shows else."""
    log = run_own(tmp_path, [sample("a", "overt", evidence=[said()]), sample("b")])
    as_json = tmp_path / "as.json"
    write_eval_log(read_eval_log(str(log)), str(as_json))
    uuids = set(observe(log).table["sample_uuid"])
    assert read_evidence(as_json, uuids) == read_evidence(log, uuids)
    assert set(read_evidence(log, uuids)) == uuids
