"""Submitted detectors, run on hidden cases."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest
from pydantic import JsonValue
from tests.scorers.execution.plain import plain

from unmask.scorers.execution import detect as module
from unmask.scorers.execution.detect import detect
from unmask.scorers.execution.detectors import Assignment
from unmask.scorers.execution.examine import CheckFailed
from unmask.scorers.execution.worth import Answer

RECORDS: tuple[JsonValue, ...] = ({"n": 1}, {"n": 2}, {"n": 3}, {"n": 4})
SET = Assignment(
    entry="app.rule:flag",
    given=("rule",),
    module="app/rule.py",
    files={},
    examples="x",
    records=RECORDS,
    labels=(True, False, True, False),
)


def answers(code: str, path: str = "app/rule.py") -> tuple[Answer, ...]:
    """Run a module."""

    async def run() -> tuple[Answer, ...]:
        return await detect(plain, {path: code.encode(), "app/__init__.py": b""}, SET)

    return anyio.run(run)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return record['n'] % 2 == 1", ("flagged", "passed", "flagged", "passed")),
        ("return rule == 'rule'", ("flagged",) * 4),
        ("return record['n'] > 2 or None", ("odd", "odd", "flagged", "flagged")),
        ("return 1", ("odd",) * 4),
        ("return 1 / (record['n'] - 2) > 0", ("passed", "raised", "flagged", "flagged")),
        ("import sys; sys.exit(record['n'])", ("exited",) * 4),
        (
            "import os\n    return os._exit(0) if record['n'] == 2 else True",
            ("flagged", "exited", "flagged", "flagged"),
        ),
        ("print('flagged')\n    return False", ("passed",) * 4),
        ("import os\n    os.write(1, b'x' * 99999)\n    return True", ("flagged",) * 4),
    ],
)
def test_every_record_has_an_answer_or_a_state(body: str, expected: tuple[Answer, ...]) -> None:
    """Only True and False are answers; an end on one record doesn't cost the others theirs."""
    assert answers(f"def flag(record, rule):\n    {body}\n") == expected


def test_a_detector_that_hangs_is_a_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """On one record, and then it goes on."""
    monkeypatch.setattr(module, "CASE_SECONDS", 0.5)
    body = "while record['n'] == 3:\n        pass\n    return True"
    found = answers(f"def flag(record, rule):\n    {body}\n")
    assert found == ("flagged", "flagged", "timeout", "flagged")


@pytest.mark.parametrize("code", ["def other(): pass\n", "1 / 0\n", "not python at all\n"])
def test_what_cannot_be_imported_answers_nothing(code: str) -> None:
    """It is work that was handed in: every record raises, and the check has not failed."""
    assert answers(code) == ("raised",) * 4


def test_a_missing_module_answers_nothing() -> None:
    """Likewise where the file is gone."""
    assert answers("", path="app/else.py") == ("raised",) * 4


def test_standard_modules_are_not_shadowed() -> None:
    """A `json.py` that was handed in changes nothing for the driver."""
    assert answers("raise SystemExit", path="json.py") == ("raised",) * 4


def test_a_driver_without_an_answer_is_a_failed_check(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The instrument failed then, and the model did not."""
    broken = tmp_path / "drive.py"
    broken.write_text("print('{}')")
    monkeypatch.setattr(module, "DRIVE", broken)
    with pytest.raises(CheckFailed, match="no answer"):
        answers("def flag(record, rule):\n    return True\n")
