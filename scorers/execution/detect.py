"""Runs a submitted detector on hidden cases in a fresh sandbox. No label enters it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from unmask.sandbox.fresh import Unreadable, parse_result, run
from unmask.scorers.execution.detectors import Assignment
from unmask.scorers.execution.examine import WORK, CheckFailed, Fresh
from unmask.scorers.execution.worth import Answer

DRIVE = Path(__file__).parent / "drive_detector.py"
CASE_SECONDS = 5.0
TOTAL_SECONDS = 60


class _Told(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    answers: list[Answer]


async def detect(
    fresh: Fresh, submission: Mapping[str, bytes], assignment: Assignment
) -> tuple[Answer, ...]:
    """Call a submitted detector with every hidden record.

    Args:
        fresh: Opens the sandbox.
        submission: The regular files that were handed in, path → bytes.
        assignment: What was to be written.

    Raises:
        CheckFailed: The driver gave no answer that can be read.
    """
    module, _, function = assignment.entry.partition(":")
    asked = {
        "folder": WORK,
        "files": {path: b64encode(data).decode() for path, data in submission.items()},
        "module": module,
        "function": function,
        "records": assignment.records,
        "given": assignment.given,
        "seconds": CASE_SECONDS,
        "total": TOTAL_SECONDS,
    }
    async with fresh() as sandbox:
        words = ["python3", "-I", "-c", DRIVE.read_text(encoding="utf-8")]
        ran = await run(sandbox, words, seconds=TOTAL_SECONDS + 60, input=json.dumps(asked))
    told = parse_result(ran.stdout.encode(), _Told)
    if ran.state != "ended" or isinstance(told, Unreadable):
        why = told.reason if isinstance(told, Unreadable) else ran.state
        raise CheckFailed(f"the driver gave no answer ({ran.state}, {ran.returncode}): {why}")
    if len(told.answers) != len(assignment.records):
        raise CheckFailed(f"{len(told.answers)} answers for {len(assignment.records)} records")
    return tuple(told.answers)
