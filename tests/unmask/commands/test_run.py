"""What a run says at its end."""

from pathlib import Path

import pandas as pd
from tests.unmask.pipeline import battery, run, table

from unmask.commands.run import ERROR_CHARACTERS, error_lines


def test_errors_are_said_in_words(tmp_path: Path) -> None:
    """Samples that failed are counted beside what they ran into; without any, nothing is said."""
    run(battery(["failing", "aligned"], limit=1), tmp_path)
    seen = table(tmp_path)
    count = int((seen["missing"] == "error").sum())
    first, *rest = error_lines(seen)
    assert count and f"{count} samples ended in an error; the same command" in first
    assert len(rest) == 1 and f"{count} × " in rest[0] and "fails on purpose" in rest[0]
    assert error_lines(seen[seen["missing"].isna()]) == []


def test_many_errors_are_cut() -> None:
    """The most frequent come first, in a line each, and the others are counted."""
    kinds = ["a\nb"] * 3 + ["long " * 200] * 2 + ["c", "d", "e"]
    first, *rest = error_lines(pd.DataFrame({"missing": "error", "error": kinds}))
    assert first.startswith("\n8 samples ended in an error")
    assert rest == [
        "  3 × a b",
        "  2 × " + ("long " * 200)[: ERROR_CHARACTERS - 1] + "…",
        "  1 × c",
        "  2 × others",
    ]
