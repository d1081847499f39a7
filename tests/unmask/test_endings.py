"""What a run says at its end."""

from pathlib import Path

import pandas as pd
from tests.unmask.pipeline import battery, run, table

from unmask.endings import ERROR_CHARACTERS, error_lines


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


def test_another_model_is_named() -> None:
    """Who answered instead is said, and is no error of the checkpoint."""
    error = "OtherModel('gpt-5-mini answered for gpt-5')"
    seen = pd.DataFrame({"missing": ["other_model"] * 2 + ["error"], "error": [error] * 2 + ["x"]})
    assert error_lines(seen) == [
        "\n1 samples ended in an error; the same command tries them again:",
        "  1 × x",
        "\n2 samples were answered by another model; the same command tries them again:",
        f"  2 × {error}",
    ]


def test_what_a_provider_said_is_shown_and_not_the_request() -> None:
    """Inspect's error begins with the whole request, which would hide the cause of all."""
    told = r"ModelGenerateError('\nRequest:\n{\n  \"model\": 1\n}\n\nNotFoundError(\'no gpt\')')"
    said = error_lines(pd.DataFrame({"missing": ["error"] * 2, "error": [told] * 2}))
    assert said[1] == r"  2 × NotFoundError(\'no gpt\')')"


def test_used_up_retries_are_one_kind_of_error() -> None:
    """Inspect names the future that held the last error; what counts is the error."""
    told = [f"RetryError(<Future at 0x7f{n:x} state=finished raised APIError>)" for n in (1, 2)]
    said = error_lines(pd.DataFrame({"missing": ["error"] * 2, "error": told}))
    assert said[1:] == ["  2 × APIError, however often it was tried"]
