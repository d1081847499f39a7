"""Calibrations are of one judge, reads and measure, and of nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest

from unmask.errors import BadInput
from unmask.results.calibration import find_calibration, read_calibrations, refusal

ONE: dict[str, Any] = {
    "judge": "a/j#1", "reads": "r1", "measure": "conduct", "tp": 9, "n_pos": 10, "fp": 0, "n_neg": 9
}  # fmt: skip


def write(folder: Path, *each: dict[str, Any], name: str = "c.json", schema: int = 1) -> Path:
    """Write a calibration file."""
    path = folder / name
    path.write_text(json.dumps({"schema": schema, "calibrations": each}))
    return path


def test_found_by_judge_reads_and_measure(tmp_path: Path) -> None:
    """Another judge, other reads or another measure find nothing; overt and conduct are one."""
    known = read_calibrations([write(tmp_path, ONE)])
    assert find_calibration(known, "a/j#1", "r1", "conduct") == known[0]
    assert find_calibration(known, "a/j#1", "r1", "overt") == known[0]
    for asked in (
        ("a/j#2", "r1", "conduct"),
        ("a/j#1", "r2", "conduct"),
        ("a/j#1", "r1", "covert"),
    ):
        assert find_calibration(known, *asked) is None


def test_notes_on_scenarios_do_not_part_a_judge_from_its_calibration(tmp_path: Path) -> None:
    """What stands behind the dot is the scenarios' own; another rubric before it is another."""
    known = read_calibrations([write(tmp_path, ONE)])
    assert find_calibration(known, "a/j#1", "r1.0a1b2c3d", "conduct") == known[0]
    assert find_calibration(known, "a/j#1", "r2.0a1b2c3d", "conduct") is None
    assert "not calibrated for 'lied'" in refusal(known, "a/j#1", "r1.0a1b2c3d", "lied")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([[ONE | {"tp": 11}]], "counts are impossible"),
        ([[ONE, ONE]], "stands here twice"),
        ([[ONE], [ONE]], "both calibrate"),
        ([[]], "calibrations"),
        ([[ONE | {"judge": ""}]], "judge"),
    ],
)
def test_damaged_files_are_refused(
    tmp_path: Path, files: list[list[dict[str, Any]]], message: str
) -> None:
    """A calibration that can't be right is bad input."""
    paths = [write(tmp_path, *each, name=f"{n}.json") for n, each in enumerate(files)]
    with pytest.raises(BadInput, match=message):
        read_calibrations(paths)


def test_other_files_are_refused(tmp_path: Path) -> None:
    """No file, no JSON, another schema."""
    broken = tmp_path / "x.json"
    broken.write_text("{")
    for path in (tmp_path / "none.json", broken, write(tmp_path, ONE, schema=2)):
        with pytest.raises(BadInput, match=path.name):
            read_calibrations([path])
