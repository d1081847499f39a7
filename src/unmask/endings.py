"""What the end of a run says of samples that ended without a reading."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from unmask.text import safe_text

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = {
    "error": "ended in an error",
    "other_model": "were answered by another model",
    "grader_other_model": "were judged by another model than the judge",
}
"""Why samples have no label that the same command may mend, in the words of a run's end."""

REQUEST_BEGINS, REQUEST_ENDS = r"ModelGenerateError('\nRequest:", r"\n}\n\n"
"""As the error of a sample shows them: Python's notation of a text."""

GIVEN_UP = re.compile(r"RetryError\(<Future at 0x[0-9a-f]+ state=finished raised (\w+)>\)")
"""The error of a call whose retries are used up: of what the last one ended in, the name."""

MOST_ERRORS = 3
ERROR_CHARACTERS = 300
"""How many kinds of errors a run ends with, and how much of each."""


def error_lines(table: pd.DataFrame) -> list[str]:
    """Say what the samples without a reading ran into, the most frequent error first."""
    lines = []
    for reason, what in ENDINGS.items():
        failed = table[table["missing"] == reason]
        if failed.empty:
            continue
        found = Counter(" ".join(_cause(text).split()) for text in failed["error"].dropna())
        shown = found.most_common(MOST_ERRORS)
        other = sum(found.values()) - sum(count for _, count in shown)
        lines += [
            f"\n{len(failed)} samples {what}; the same command tries them again:",
            *(f"  {count} × {safe_text(text, ERROR_CHARACTERS)}" for text, count in shown),
            *([f"  {other} × others"] if other else []),
        ]
    return lines


def _cause(error: str) -> str:
    """Leave out what Inspect puts around what the provider said: the request, or its retries."""
    if given_up := GIVEN_UP.match(error):
        return f"{given_up[1]}, however often it was tried"
    return error.rpartition(REQUEST_ENDS)[2] if error.startswith(REQUEST_BEGINS) else error
