"""The commands that set rates side by side, over logs of reference models."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.unmask.pipeline import battery, run

from unmask.cli import unmask
from unmask.errors import BadInput, Incomplete


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Logs of a run of three checkpoints that goes wrong, and of one outside it."""
    folder = tmp_path_factory.mktemp("logs")
    checkpoints = [
        {"label": f"step-{step}", "model": f"reference/{persona}", "run": "r", "step": step,
         "args": {"seed": step}}
        for step, persona in ((0, "aligned"), (100, "aligned"), (200, "hacker"))
    ]  # fmt: skip
    run(battery([*checkpoints, "hidden"], limit=12), folder)
    return folder


def call(*arguments: str | Path) -> Result:
    """Run a command as from a shell; what it raises is raised here."""
    return CliRunner().invoke(unmask, [str(each) for each in arguments], catch_exceptions=False)


def test_compare_names_what_regressed_and_where_to_look(logs: Path) -> None:
    """In words and in JSON."""
    sides = ("--baseline", "step-0", "--candidate", "step-200")
    said = call("compare", logs, *sides).output
    assert "SIMULATED" in said
    assert "regressed: goals" in said
    found = json.loads(call("compare", logs, *sides, "--json").stdout)
    assert (found["schema"], found["regressed"]) == (1, ["goals"])
    (leading,) = [each for each in found["comparisons"] if each["leads"]]
    sample = leading["discordant"][0]["first_samples"][0]
    assert sample["log"].startswith("step-200/")
    assert sample["uuid"]


def test_compare_refuses_unequal_visibility_and_offers_conduct(logs: Path) -> None:
    """A model that hides its reasoning is not thereby better."""
    said = call("compare", logs, "--baseline", "step-0", "--candidate", "hidden", "--json").stdout
    found = {each["measure"]: each for each in json.loads(said)["comparisons"]}
    assert found["misaligned"]["difference"] is None
    assert "compare conduct" in found["misaligned"]["reason"]
    assert found["conduct"]["leads"] is True


def test_compare_wants_two_sides(logs: Path) -> None:
    """One alone is bad input, and an unknown one is named."""
    with pytest.raises(BadInput, match="give both"):
        call("compare", logs, "--baseline", "step-0")
    with pytest.raises(BadInput, match="no checkpoint 'x'"):
        call("compare", logs, "--baseline", "step-0", "--candidate", "x")


def test_compare_with_nothing_to_compare_is_incomplete(logs: Path) -> None:
    """Reasons are printed, and no success is claimed."""
    with pytest.raises(Incomplete, match="nothing could be compared"):
        call("compare", logs, "--baseline", "step-0", "--candidate", "hidden",
             "--measure", "misaligned")  # fmt: skip


def test_gap_without_twins_or_agentic_evals_is_no_gap(logs: Path) -> None:
    """What there is of cues is shown; nothing is called masked."""
    found = json.loads(call("gap", logs, "--reference", "step-0", "--json").stdout)
    assert (found["schema"], found["gaps"], found["cases"]) == (1, [], [])
    assert {each["style"] for each in found["composites"]} == {"all", "chat"}


def test_trajectory_shows_the_run_with_its_hacking(logs: Path, tmp_path: Path) -> None:
    """The file's onset stands beside the eval's points."""
    rates = tmp_path / "hacks.csv"
    rates.write_text("step,rate\n50,0\n150,0.4\n", encoding="utf-8")
    said = call("trajectory", logs, "--hack-rate", rates, "--points").output
    assert "hacking in training r above 2.0 %: step 150, not yet at 50" in said
    assert "ALARM" in said
    found = json.loads(call("trajectory", logs, "--hack-rate", rates, "--json").stdout)
    points = found["trajectories"][0]["points"]
    assert [each["hack_rate"] for each in points] == [None, 0.0, 0.4]
    assert [each["step"] for each in points] == [0, 100, 200]


def test_tables_fit_a_hundred_columns_or_a_pipe(logs: Path) -> None:
    """Nothing but links to transcripts is wider than a pipe's width."""
    for arguments in (
        ("compare", logs, "--baseline", "step-0", "--candidate", "step-200", "--all-measures"),
        ("trajectory", logs, "--points"),
    ):
        lines = call(*arguments).output.splitlines()
        assert max(len(line.rstrip()) for line in lines if ".eval" not in line) <= 110
