"""Other people's logs: which checkpoint, which score, what is an event, and what is missing."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.dataset import Sample
from inspect_ai.log import EvalLog, read_eval_log, write_eval_log
from tests.results.logbook import run_foreign, sample

from unmask.errors import BadInput
from unmask.results.observations import Foreign, Reading, observe
from unmask.results.scores import Read, read_value, unreadable

NAN = float("nan")
VERDICT = Foreign("verdict")


@pytest.mark.parametrize(
    ("value", "reason", "event", "expected"),
    [
        ("C", None, None, Read(1.0, None)),
        ("I", None, None, Read(0.0, None)),
        ("P", None, None, Read(0.5, None)),
        ("N", None, None, Read(None, "no_reply")),
        ("N", None, "N", Read(1.0, None)),
        ("N", None, "C", Read(None, "no_reply")),
        ("I", None, "I", Read(1.0, None)),
        ("C", None, "I", Read(0.0, None)),
        (True, None, None, Read(1.0, None)),
        (False, None, "true", Read(0.0, None)),
        (True, None, "true", Read(1.0, None)),
        (1, None, "1.0", Read(1.0, None)),
        (0.25, None, None, Read(0.25, None)),
        ("unclear", None, "Unclear", Read(1.0, None)),
        (NAN, "grader_failed", None, Read(None, "grader_error")),
        (NAN, "invalid_response_format", None, Read(None, "grader_invalid")),
        (NAN, "grader_unstable", None, Read(None, "grader_unstable")),
        (NAN, "their own words", "C", Read(None, "grader_error")),
        (None, None, None, Read(None, "grader_error")),
        ("", None, "C", Read(None, "grader_error")),
    ],
)
def test_values(value: Any, reason: str | None, event: str | None, expected: Read) -> None:
    """A value is 1, 0 or a part of it; nothing that is no verdict is ever 0."""
    assert read_value(value, reason, event) == expected


@pytest.mark.parametrize(
    ("values", "event", "said"),
    [
        (["C", "N", None], None, None),
        ([0.0, 1.0, 0.3], None, None),
        (["none", "unclear"], None, "the words 'none', 'unclear'"),
        (["none", "unclear"], "unclear", None),
        ([0, 7], None, "from 0 to 7"),
        ([0, 7], "7", None),
        ([float("inf")], None, "from inf to inf"),
        ([["C"]], "C", "lists"),
    ],
)
def test_unreadable(values: list[Any], event: str | None, said: str | None) -> None:
    """What can't be read as a rate says why, and what to give."""
    found = unreadable(values, event)
    assert found is None if said is None else said in (found or "")


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of two epochs with words, a failed grader, an error and a dict of scores."""
    folder = tmp_path_factory.mktemp("theirs")
    return run_foreign(
        folder,
        [
            sample("a", ["C", NAN], "grader_failed", escalation="none"),
            sample("b", ["I", "C"], escalation="unclear"),
            sample("c", ["C", "N"], escalation="none"),
            sample("d", "C", fail=True),
        ],
        epochs=2,
    )


def missing(reading: Reading) -> dict[str, int]:
    """Count missing reasons."""
    return dict(reading.table["missing"].dropna().astype(str).value_counts())


def test_rates_come_from_samples(theirs: Path) -> None:
    """Each epoch is a sample nested in its scenario; none that failed is in the denominator."""
    reading = observe(theirs, VERDICT)
    assert reading.table["value"].dropna().tolist() == [1.0, 0.0, 1.0, 1.0]
    assert missing(reading) == {"error": 2, "grader_error": 1, "no_reply": 1}
    assert reading.table["scenario"].nunique() == 4


def test_header_that_disagrees_is_reported(theirs: Path) -> None:
    """Inspect reduces epochs and counts no answer as 0: its mean and the samples' differ."""
    (note,) = observe(theirs, VERDICT).notes
    assert note.endswith("header says verdict mean 0.6667 over 3, its samples say 0.75 (3/4)")


def test_metadata_field_of_a_score(theirs: Path) -> None:
    """Where the verdict stands in the score's metadata, `NAME/FIELD` reads it."""
    reading = observe(theirs, Foreign("verdict/escalation", "unclear"))
    assert reading.table["value"].dropna().tolist() == [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]


def test_event_that_never_happens_is_said(theirs: Path) -> None:
    """A misspelt event would read as a rate of 0: the values that do stand there are named."""
    reading = observe(theirs, Foreign("verdict/escalation", "uncleer"))
    assert any("no sample holds 'uncleer'" in note and "unclear" in note for note in reading.notes)


def test_dict_scores_by_key(tmp_path: Path) -> None:
    """Each key is a score of its own, and a null in it is missing, though Inspect counts it 0."""
    run_foreign(tmp_path, [sample("a", {"x": 1, "y": 0.5}), sample("b", {"x": None, "y": 0})])
    reading = observe(tmp_path, Foreign("*"))
    assert sorted(reading.table["judge"].unique()) == ["verdict/x", "verdict/y"]
    assert missing(reading) == {"grader_error": 1}
    assert set(observe(tmp_path, Foreign("verdict/y")).table["judge"]) == {"verdict/y"}


def test_unknown_score_and_words_are_refused(theirs: Path, tmp_path: Path) -> None:
    """A score that is not there, or says words, is refused with what there is."""
    with pytest.raises(BadInput, match="no log holds score 'nope'; there are: verdict"):
        observe(theirs, Foreign("nope"))
    with pytest.raises(BadInput, match="holds the words 'none', 'unclear'"):
        observe(theirs, Foreign("verdict/escalation"))


def test_planned_samples_that_never_ran(theirs: Path, tmp_path: Path) -> None:
    """A cancelled log owes the samples that it set out to take."""
    log = read_eval_log(str(theirs))
    log.samples = (log.samples or [])[:3]
    log.status = "cancelled"
    log.results = None
    write_eval_log(log, str(tmp_path / "cut.eval"))
    assert missing(observe(tmp_path, VERDICT))["not_run"] == 5


def test_clusters_by_sample_metadata(tmp_path: Path) -> None:
    """A `cluster` in the samples' metadata is the scenario; without one, each id is."""
    each = [sample("a", 1), sample("b", 0), sample("c", 0)]
    path = run_foreign(tmp_path, each)
    log = read_eval_log(str(path))
    for held in log.samples or []:
        held.metadata["cluster"] = "one"
    write_eval_log(log, str(path))
    assert set(observe(path, VERDICT).table["scenario"]) == {"one"}


def pair(folder: Path, change: Any, *, rerun: bool = False) -> Path:
    """Two logs of one model and task, the second changed; of the same run, or of another."""
    first = run_foreign(folder / "a", [Sample(id="s", input="x", metadata=TOLD)])
    if rerun:
        second = run_foreign(folder / "b", [Sample(id="s", input="x", metadata=TOLD)])
    else:
        second = folder / "b" / "copy.eval"
        second.parent.mkdir()
        shutil.copy(first, second)
    log = read_eval_log(str(second))
    for held in log.samples or []:
        held.uuid = "other"
    change(log)
    write_eval_log(log, str(second))
    return folder


TOLD = {"told": {"value": 1, "reason": None, "reading": {}}, "fail": False}


def base_url(log: EvalLog) -> None:
    """Serve it elsewhere."""
    log.eval.model_base_url = "http://elsewhere"


def adapter(log: EvalLog) -> None:
    """Load other weights."""
    log.eval.model_args = {"adapter": "step-200"}


def tags(log: EvalLog) -> None:
    """Tag it as another step, as another run would."""
    log.eval.tags = ["step:200"]
    log.eval.task_id = "another"
    log.tags = log.eval.tags


@pytest.mark.parametrize("change", [base_url, adapter, tags])
def test_checkpoints_that_differ_under_one_name_are_refused(tmp_path: Path, change: Any) -> None:
    """One model string with other weights, server or tags is not quietly one checkpoint."""
    with pytest.raises(BadInput, match=r"can't tell checkpoints apart: .* differ"):
        observe(pair(tmp_path, change), VERDICT)


def test_separate_runs_are_refused_until_named(tmp_path: Path) -> None:
    """Two runs of the same samples may be two checkpoints: the user says which."""
    folder = pair(tmp_path, lambda log: None, rerun=True)
    with pytest.raises(BadInput, match="separate runs of the same samples"):
        observe(folder, VERDICT)
    pooled = observe(folder, Foreign("verdict", checkpoint_by="model")).table
    assert (len(pooled), pooled["checkpoint"].nunique()) == (2, 1)
    apart = observe(folder, Foreign("verdict", checkpoint_by="folder")).table
    assert sorted(apart["checkpoint"]) == ["a", "b"]


def test_checkpoint_by_fields(tmp_path: Path) -> None:
    """Tags, metadata and task arguments name checkpoints; a log without them is refused."""
    run_foreign(
        tmp_path, [sample("a", 1)], tags=["step:100", "nightly"], metadata={"weights": "w1"}
    )
    for by, name in (("tag:step:", "step:100"), ("metadata:weights", "w1")):
        table = observe(tmp_path, Foreign("verdict", checkpoint_by=by)).table
        assert list(table["checkpoint"]) == [name]
    for by, said in (
        ("task_arg:weights", "no task_arg 'weights'; it has none"),
        ("metadata:step", "no metadata 'step'; it has weights"),
        ("tag:epoch", "0 tags that begin with 'epoch'"),
        ("weather", "expected model, folder"),
    ):
        with pytest.raises(BadInput, match=said):
            observe(tmp_path, Foreign("verdict", checkpoint_by=by))


def test_other_task_arguments_are_another_arm(tmp_path: Path) -> None:
    """Two ways of asking one task are never pooled."""
    folder = pair(tmp_path, lambda log: log.eval.task_args.update(split="hard"))
    table = observe(folder, VERDICT).table
    assert sorted(table["arm"]) == ['split="hard"', "split=null"]
