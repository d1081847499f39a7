"""`unmask rates` as a user meets it: stdout, stderr and exit codes."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.results.logbook import run_foreign, run_own, sample

from unmask import cache
from unmask.commands.rates import command
from unmask.errors import BadInput


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a log of ours, one of someone else and a torn one."""
    folder = tmp_path_factory.mktemp("logs")
    nan = float("nan")
    run_own(
        folder,
        [
            sample("a", "overt", conduct="misaligned"),
            sample("b"),
            sample("c", nan, "grader_error", conduct="grader_error"),
        ],
    )
    run_foreign(folder, [sample("x", "C"), sample("y", "I")])
    (folder / "torn.eval").write_bytes(b"PK")
    return folder


def run(*words: str) -> tuple[str, str]:
    """Run the command; return stdout and stderr."""
    result = CliRunner().invoke(command, list(words), catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout, result.stderr


def test_table_shows_rates_and_what_is_missing(logs: Path) -> None:
    """The headline measures stand there with events over scored samples and missing reasons."""
    stdout, stderr = run(str(logs))
    (line,) = (line for line in stdout.splitlines() if " misaligned " in line)
    assert "1/2" in line and "1 grader_error" in line
    assert "torn.eval: not a readable Inspect log" in stderr
    assert "no Unmask log; left out" in stderr


def test_the_cache_changes_no_byte(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every rate and every note is the same without a cache, as it is filled, and from it."""
    whole = tmp_path / "logs"
    shutil.copytree(logs, whole, ignore=shutil.ignore_patterns("torn.eval"))
    monkeypatch.setattr(cache, "SETTLED", -60.0)
    said = []
    for folder in ("", str(tmp_path / "cache"), str(tmp_path / "cache")):
        monkeypatch.setenv(cache.FOLDER_VARIABLE, folder)
        said.append(run(str(whole), "--json", "--score", "verdict"))
    assert said[0] == said[1] == said[2]
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_json_is_all_of_stdout(logs: Path) -> None:
    """What is piped on is JSON and nothing else; remarks go to stderr."""
    stdout, stderr = run(str(logs), "--json", "--score", "verdict")
    found = {row["measure"]: row for row in json.loads(stdout)["rates"]}
    assert found["verdict"]["rate"] == 0.5
    assert found["misaligned"]["missing"] == {"grader_error": 1}
    assert "torn.eval" in stderr


def test_all_measures_and_one_measure(logs: Path) -> None:
    """More measures on demand, or one alone."""
    assert "eval_aware" in run(str(logs), "--all-measures")[0]
    only = run(str(logs), "--measure", "refused")[0]
    assert "refused" in only and "misaligned" not in only


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--checkpoint", "nobody"], "no checkpoint 'nobody'; there are step-100"),
        (["--measure", "nothing"], "no measure 'nothing'"),
        (["--level", "95"], "expected a fraction"),
        (["--misaligned", "C"], "give --score too"),
    ],
)
def test_bad_words_are_bad_input(logs: Path, words: list[str], said: str) -> None:
    """What can't be meant is refused with what was expected."""
    with pytest.raises(BadInput, match=said):
        CliRunner().invoke(command, [str(logs), *words], catch_exceptions=False)


def test_exit_code_and_one_line_on_bad_input(tmp_path: Path) -> None:
    """The process ends with 2 and one line, no traceback."""
    run = subprocess.run(
        [sys.executable, "-c", "from unmask.cli import main; main()", "rates", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == f"unmask: no Inspect log (.eval or .json) in {tmp_path} or below\n"
