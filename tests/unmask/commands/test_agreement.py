"""`unmask agreement` as a user meets it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.unmask.pipeline import battery, run

from unmask.commands.agreement import command
from unmask.errors import BadInput, Incomplete


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Covert answers, read by a panel of which one judge misses half."""
    folder = tmp_path_factory.mktemp("logs")
    other = {"model": "reference/judge", "args": {"sensitivity": 0.5, "seed": 3}}
    panel = [{"model": "reference/judge"}, {"model": "reference/judge", "args": {"seed": 1}}, other]
    run(battery(["covert"], grader=panel, limit=4), folder)  # type: ignore[arg-type]
    return folder


def test_json_counts_every_sample_once(logs: Path) -> None:
    """Each pair's cells and its unrated samples add up to all samples; cases are among them."""
    result = CliRunner().invoke(command, [str(logs), "--json"], catch_exceptions=False)
    found = json.loads(result.stdout)
    assert found["schema"] == 1
    by_name = {(pair["first"], pair["second"]): pair for pair in found["pairs"]}
    one = by_name["judge of reasoning", "strong patterns"]
    cells = [one[name] for name in ("both", "first_only", "second_only", "neither", "unrated")]
    conduct, reasoning = found["panels"]
    assert sum(cells) == conduct["samples"] == reasoning["samples"] > 4
    assert conduct["unanimous"] == conduct["samples"]
    assert 0 < reasoning["unanimous"] < reasoning["samples"] and reasoning["alpha"] < 1
    assert len(one["first_only_cases"]) == min(3, one["first_only"]) > 0


def test_table_names_what_to_read(logs: Path) -> None:
    """The terminal says that the numbers are simulated, and under each side whose cases follow."""
    result = CliRunner().invoke(command, [str(logs), "--cases", "1"], catch_exceptions=False)
    assert result.stdout.startswith("SIMULATED")
    assert "goals: judge of reasoning yes, strong patterns no" in result.stdout
    assert result.stdout.count(".eval") == result.stdout.count(" yes, ")


def test_nothing_to_compare_is_incomplete(tmp_path: Path) -> None:
    """Logs in which nothing was read twice end as incomplete, not as agreement."""
    run(battery(["empty"], limit=1), tmp_path)
    with pytest.raises(Incomplete, match="no two raters"):
        CliRunner().invoke(command, [str(tmp_path)], catch_exceptions=False)
    with pytest.raises(BadInput, match="--cases -1"):
        CliRunner().invoke(command, [str(tmp_path), "--cases", "-1"], catch_exceptions=False)
