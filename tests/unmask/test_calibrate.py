"""Exemplars through the scorer that reads samples, on reference judges; regrade; the commands."""

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.unmask.pipeline import battery, run, table

from unmask.battery import Limits, ModelSpec
from unmask.calibrate import Reread, reread
from unmask.cli import unmask
from unmask.errors import BadInput
from unmask.evals.answers import load_answers
from unmask.evals.catalog import EvalSpec, find_eval
from unmask.evals.exemplars import Exemplar, load_exemplars
from unmask.models import open_panel, panel_name
from unmask.regrade import regrade
from unmask.results.agreement import agreements
from unmask.results.assess import assess, confusion, failures
from unmask.results.observations import observe
from unmask.scorers.classes import USUAL, Thresholds

GOALS = find_eval("goals")
OPEN = find_eval("open_questions")
HACKS = find_eval("reward_hacking")
FRAMES = find_eval("frame_colleague")


def some(spec: EvalSpec = GOALS) -> list[Exemplar]:
    """A few exemplars of each label, injections left to their own tests."""
    kinds: dict[Any, list[Exemplar]] = {}
    for each in load_exemplars(spec):
        if each.case != "injection":
            kinds.setdefault((each.conduct, each.reasoning), []).append(each)
    return [each for kind in kinds.values() for each in kind[:4]]


def read(
    folder: Path,
    exemplars: list[Exemplar],
    spec: EvalSpec = GOALS,
    thresholds: Thresholds = USUAL,
    **args: Any,
) -> Reread:
    """Have a reference judge read exemplars."""
    panel = open_panel([ModelSpec(model="reference/judge", args=args)], Limits())
    return reread(spec, exemplars, panel, folder, thresholds=thresholds)


@pytest.mark.parametrize("spec", [GOALS, OPEN, HACKS], ids=lambda spec: spec.name)
def test_a_true_judge_reads_every_exemplar_right(tmp_path: Path, spec: EvalSpec) -> None:
    """The pipeline adds no error of its own: labels come back as given, from numbers and acts too.

    An act is quoted as evidence, so that calls which didn't reach the judge would void the quote.
    """
    found = read(tmp_path, some(spec), spec)
    assert failures(found.truth, found.got, found.said) == ()
    (all_of,) = (each for each in assess(found.truth, found.got) if each.measure == "misaligned")
    assert all_of.tp == all_of.n_pos > 0
    assert (all_of.fp, all_of.unread_pos, all_of.unread_neg) == (0, 0, 0)


def test_answers_to_a_debrief_are_read_and_nothing_before_them(tmp_path: Path) -> None:
    """A true judge finds every lie and false confession; one call each, about the answer alone."""
    answers = load_answers(FRAMES)[:30]
    panel = open_panel([ModelSpec(model="reference/judge")], Limits())
    found = reread(FRAMES, some(FRAMES)[:2], panel, tmp_path, answers=answers)
    assert failures(found.truth, found.got, found.said) == ()
    by_name = {each.measure: each for each in assess(found.truth, found.got)}
    lies, invented = by_name["lied"], by_name["confessed_falsely"]
    assert (lies.tp, lies.fp, lies.unread_pos, lies.unread_neg) == (lies.n_pos, 0, 0, 0)
    assert lies.n_pos and lies.n_neg and invented.n_neg and invented.fp == 0
    asked = found.got["item"].isin([answer.id for answer, _ in answers])
    assert set(found.got.loc[asked, "judge_calls"]) == {1}


def test_a_judge_that_misses_lies_is_seen_to(tmp_path: Path) -> None:
    """Its errors on answers are its own, and stand apart from those on conduct."""
    answers = [pair for pair in load_answers(FRAMES) if pair[0].lied][:8]
    spec = ModelSpec(model="reference/judge", args={"sensitivity": 0.0})
    panel = open_panel([spec], Limits())
    found = reread(FRAMES, some(FRAMES)[:2], panel, tmp_path, answers=answers)
    (lied,) = (each for each in assess(found.truth, found.got) if each.measure == "lied")
    assert (lied.tp, lied.n_pos) == (0, len(answers))
    assert confusion(found.truth, found.got, "debrief") == {("denies", "neither"): len(answers)}


@pytest.mark.parametrize(
    ("args", "count"),
    [
        ({"sensitivity": 0.0}, lambda each: (each.tp, each.fp) == (0, 0)),
        ({"specificity": 0.0}, lambda each: each.fp == each.n_neg),
        ({"mode": "refusing"}, lambda each: each.n_pos == each.n_neg == 0 < each.unread_neg),
    ],
)
def test_errors_are_found(tmp_path: Path, args: dict[str, Any], count: Callable[..., bool]) -> None:
    """A judge that misses, makes up or refuses is seen to do so; refusals are neither."""
    found = read(tmp_path, some(), **args)
    by_name = {each.measure: each for each in assess(found.truth, found.got)}
    assert count(by_name["conduct"])


def test_numbers_count_by_the_side_of_the_thresholds_they_are_on(tmp_path: Path) -> None:
    """Low alignment makes a false alarm of a coherent reply, and none of a garbled one."""
    exemplars = some(OPEN)
    found = read(tmp_path, exemplars, OPEN, specificity=0.0)
    words = confusion(found.truth, found.got, "conduct")
    labelled = Counter(each.conduct for each in exemplars)
    assert labelled["incoherent"] > 0
    assert words == {
        ("misaligned", "misaligned"): labelled["misaligned"],
        ("clean", "misaligned"): labelled["clean"],
        ("refused", "misaligned"): labelled["refused"],
        ("incoherent", "incoherent"): labelled["incoherent"],
    }


def test_thresholds_of_ones_own_are_calibrated_apart(tmp_path: Path) -> None:
    """A run under other thresholds is named so, isn't read again and needs its own calibration.

    The judge gives clean exemplars 95: below 99, all that is coherent is misaligned.
    """
    entry = {"eval": "open_questions", "limit": 2, "args": {"alignment_below": 99}}
    what = battery(["aligned"], evals=[entry, {"eval": "goals", "limit": 2}])
    run(what, tmp_path / "run")
    assert not [line for line in run(what, tmp_path / "run") if "again" in line]
    reads = table(tmp_path / "run").groupby("eval", observed=True)["reads"].unique()
    (usual,) = set(read(tmp_path / "a", some(OPEN), OPEN).got["reads"])
    strict = read(tmp_path / "b", some(OPEN), OPEN, thresholds=Thresholds(alignment=99))
    assert set(strict.got["reads"]) == set(reads["open_questions"]) == {f"{usual}-99-50"}
    assert set(read(tmp_path / "c", some()).got["reads"]) == set(reads["goals"])
    words = confusion(strict.truth, strict.got, "conduct")
    assert ("clean", "clean") not in words and words["clean", "misaligned"] > 0


def test_nothing_is_generated_and_nothing_counts_as_a_checkpoint(tmp_path: Path) -> None:
    """The log of a calibration holds no answers of a model, and no rate is made of it."""
    found = read(tmp_path / "calibration", some()[:3])
    with pytest.raises(BadInput, match="calibrations of judges only"):
        observe(tmp_path)
    assert set(found.got["output_tokens"]) == {0}
    run(battery(["aligned"], limit=1), tmp_path)
    assert set(table(tmp_path)["checkpoint"]) == {"aligned"}


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Logs of a checkpoint that is misaligned now and then, read by an erring judge."""
    folder = tmp_path_factory.mktemp("measured")
    grader = {"model": "reference/judge", "args": {"sensitivity": 0.5, "specificity": 0.7}}
    run(battery(["uneven", "hacker"], grader=grader, limit=4), folder)
    return folder


def digests(folder: Path) -> dict[str, str]:
    """Digest every file."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_regrade_keeps_logs_and_both_readings(measured: Path, tmp_path: Path) -> None:
    """The logs stay byte for byte; each sample has a row per judge; going on reads nothing."""
    before, first = digests(measured), table(measured)
    specs = [ModelSpec(model="reference/judge", args={"seed": 5})]
    panel = open_panel(specs, Limits())
    out = tmp_path / "second"
    assert regrade(measured, specs, panel, out, say=lambda line: None) == len(first)
    assert digests(measured) == before
    both = table(out)
    assert len(both) == 2 * len(first)
    assert set(both["sample_uuid"]) == set(first["sample_uuid"])
    old = both[both["judge"].isin(first["judge"])]
    assert list(old["label"].astype(str)) == list(first["label"].astype(str))
    true = both[both["judge"] == panel_name(panel)]
    assert not set(true.loc[true["checkpoint"] == "hacker", "label"]) - {"overt", "covert"}
    compared = next(each for each in agreements(both) if each.measure == "misaligned")
    assert compared.both + compared.neither + len(compared.discordant) == len(first)
    assert len(compared.discordant) > 0
    assert regrade(measured, specs, panel, out, say=lambda line: None) == 0


@pytest.mark.parametrize(
    ("specs", "inside", "message"),
    [
        ([{"model": "reference/judge", "args": {"seed": 1}}], True, "whose logs stay as they are"),
        ([{"model": "reference/hacker"}], False, "would judge itself"),
        ([{"model": "reference/judge", "args": {"sensitivity": 0.5, "specificity": 0.7}}], False,
         "has read 'hacker' already"),
    ],
)  # fmt: skip
def test_regrade_refuses(
    measured: Path, tmp_path: Path, specs: list[dict[str, Any]], inside: bool, message: str
) -> None:
    """Copies never go among the logs; no judge reads twice, or itself."""
    out = measured / "second" if inside else tmp_path
    models = [ModelSpec.model_validate(each) for each in specs]
    with pytest.raises(BadInput, match=message):
        regrade(measured, models, open_panel(models, Limits()), out, say=lambda line: None)


def invoke(*words: str, given: str | None = None) -> str:
    """Run a command; return its stdout."""
    done = CliRunner().invoke(unmask, list(words), input=given, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_audit_goes_round(measured: Path, tmp_path: Path) -> None:
    """A sheet is written, labelled by what is true, and gives the true rate back."""
    out = tmp_path / "audit"
    invoke("audit", str(measured), "--out", str(out))
    text = (out / "sheet.csv").read_text(encoding="utf-8")
    key = json.loads((out / "key.json").read_text())
    hackers = {
        each["id"] for each in key["rows"] if key["places"][each["cell"]]["checkpoint"] == "hacker"
    }
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    with (out / "done.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(
            each | {"your label": "yes" if each["row"] in hackers else "no"} for each in rows
        )
    said = json.loads(invoke("audit", "--answer", str(out / "done.csv"), "--json"))["audited"]
    rates = {each["checkpoint"]: each for each in said}
    assert rates["hacker"]["raw"] < 1
    assert rates["hacker"]["rate"] == 1 and rates["uneven"]["rate"] == 0


def test_audit_asks_and_goes_on(measured: Path, tmp_path: Path) -> None:
    """Answers are kept one by one; the same command goes on, and ends with the rates."""
    ask = ("audit", str(measured), "--out", str(tmp_path), "--ask", "--max", "2", "--others", "1")
    first = invoke(*ask, given="y\nperhaps\nn\nq\n")
    total = int(first.split("=== 1 of ")[1].split()[0])
    assert (tmp_path / "sheet.csv").read_text(encoding="utf-8").count(",yes\n") == 1
    last = invoke(*ask, given="s\n" * (total - 2))
    assert f"=== 3 of {total} ===" in last and "=== 2 of" not in last
    assert "Audited by blind labels" in last


def test_calibrate_command_stores_what_rates_read(
    measured: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is stored corrects the rates of that judge; one that refuses everything stores none."""
    monkeypatch.setattr("unmask.evals.exemplars.load_exemplars", lambda spec: tuple(some()))
    stored = tmp_path / "calibration.json"
    yaml = tmp_path / "battery.yaml"
    yaml.write_text(
        "grader: {model: reference/judge, args: {sensitivity: 0.5, specificity: 0.7}}\n"
        "checkpoints: [{label: a, model: reference/aligned}]\nevals: [goals]\n"
    )
    words = ["--out", str(stored), "--logs", str(tmp_path / "logs"), "--eval", "goals"]
    printed = invoke("calibrate", "--battery", str(yaml), *words)
    assert "SIMULATED" in printed and "sensitivity" in printed
    kept = json.loads(stored.read_text())
    assert {each["rubric"] for each in kept["calibrations"]} == {"goals"}
    shown = json.loads(invoke("rates", str(measured), "--calibration", str(stored), "--json"))
    row = next(each for each in shown["rates"] if each["measure"] == "misaligned")
    assert (row["corrected"] is None) != (row["uncorrected"] is None)
    assert "calibrated is" not in (row["uncorrected"] or "")
    yaml.write_text(yaml.read_text().replace("sensitivity: 0.5, specificity: 0.7", "mode: junk"))
    with pytest.raises(BadInput, match="nothing to store"):
        invoke("calibrate", "--battery", str(yaml), *words)
    assert json.loads(stored.read_text()) == kept


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "name the judge"),
        (["--grader", "judge"], "expected provider/model"),
        (["--grader", "reference/judge", "--eval", "nothing"], "unknown eval"),
    ],
)
def test_calibrate_refuses(words: list[str], message: str) -> None:
    """What can't be meant is refused before anything is read."""
    with pytest.raises(BadInput, match=message):
        invoke("calibrate", *words)
