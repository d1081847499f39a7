"""`unmask report`, from logs on disk to files on disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.results.logbook import run_foreign, run_own, sample

from unmask import cache
from unmask.commands.report import command
from unmask.errors import BadInput

TABLES = {"observations.parquet", "observations.csv"}
FILES = {"report.html", "summary.md", "rates.json", "made.json"} | TABLES


def run(*arguments: str | Path) -> Result:
    """Run the command; what it raises is raised here."""
    return CliRunner().invoke(command, [str(each) for each in arguments], catch_exceptions=False)


def test_report_of_our_logs(tmp_path: Path) -> None:
    """Every file is written, named on stdout, and holds what the log holds."""
    run_own(tmp_path / "logs", [sample("a", "overt"), sample("b"), sample("c", fail=True)])
    done = run(tmp_path / "logs", "--out", tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES
    for name in FILES:
        assert str(tmp_path / "out" / name) in done.stdout
    assert "misaligned 50.0 %" in done.stdout
    rates = json.loads((tmp_path / "out" / "rates.json").read_text())["rates"]
    (row,) = [each for each in rates if each["measure"] == "misaligned"]
    assert (row["events"], row["scored"], row["missing"]) == (1, 2, {"error": 1})
    assert "SIMULATED" not in done.stdout


def test_report_is_the_same_every_time(tmp_path: Path) -> None:
    """The same logs give the same files, byte for byte."""
    run_own(tmp_path / "logs", [sample("a", "overt"), sample("b")])
    for out in ("one", "two"):
        run(tmp_path / "logs", "--out", tmp_path / out)
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_kept_report_is_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a cache, into it and from it, every file and line is the same; not for other logs."""
    logs = tmp_path / "logs"
    run_own(logs, [sample("a", "overt"), sample("b")])
    monkeypatch.setattr(cache, "SETTLED", -60.0)
    said = []
    for number, folder in enumerate(["", "kept", "kept"]):
        monkeypatch.setenv(cache.FOLDER_VARIABLE, folder and str(tmp_path / folder))
        said.append(run(logs, "--out", tmp_path / "out").stdout)
        (tmp_path / "out").rename(tmp_path / str(number))
    assert said[0] == said[1] == said[2]
    assert len(list((tmp_path / "kept").iterdir())) == 2
    for name in FILES:
        assert len({(tmp_path / str(n) / name).read_bytes() for n in range(3)}) == 1
    run_own(logs, [sample("c", "overt")])
    for options in ([], ["--level", "0.9"]):
        changed = run(logs, "--out", tmp_path / "out", *options)
        assert "66.7 %" in changed.stdout
    assert "90 %" in (tmp_path / "out" / "summary.md").read_text()


def test_report_of_foreign_logs(tmp_path: Path) -> None:
    """Other people's logs are reported by the score that is named."""
    log = run_foreign(tmp_path / "logs", [sample("a", "bad"), sample("b", "good")])
    done = run(log, "--score", "verdict", "--misaligned", "bad", "--out", tmp_path / "out")
    assert "verdict 50.0 %" in done.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--misaligned", "bad"], "give --score too"),
        (["--level", "95"], "expected a fraction"),
    ],
)
def test_options_that_do_not_fit(options: list[str], said: str, tmp_path: Path) -> None:
    """A wrong option is refused by name, before anything is read or written."""
    with pytest.raises(BadInput, match=said):
        run(tmp_path, "--out", tmp_path / "out", *options)
    assert not (tmp_path / "out").exists()


def test_no_logs(tmp_path: Path) -> None:
    """A folder without logs gives no report."""
    with pytest.raises(BadInput, match="no Inspect log"):
        run(tmp_path, "--out", tmp_path / "out")


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A file where the folder should be is said to be one."""
    run_own(tmp_path / "logs", [sample("a")])
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(BadInput, match="can't write"):
        run(tmp_path / "logs", "--out", tmp_path / "out")
