"""What a classifier's replies to one record come to. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from unmask.scorers.execution.worth import Answer

Call = Literal["flagged", "passed", "empty", "refused", "unparsable", "truncated", "error"]
"""What came of one call. The last five are no verdict; of these, only `error` is certain to be no
matter of the prompt."""

VERDICTS: dict[str, Call] = {"flag": "flagged", "pass": "passed"}

NO_VERDICT: frozenset[Call] = frozenset(("empty", "refused", "unparsable", "truncated", "error"))

MOST_FAILED = 0.25
"""Share of a tried prompt's calls that may come to no verdict before the runner is at fault."""

_LEAD = re.compile(r"^(the )?(verdict|answer)( is)?\W*")


@dataclass(frozen=True, slots=True)
class Runs:
    """Who was asked, and what came of it.

    Attributes:
        runner: The runner, with the digest of its settings.
        calls: How often each thing came of a call.
        probe: The same for the reference prompt, by which the runner was tried out.
    """

    runner: str
    calls: Mapping[str, int]
    probe: Mapping[str, int]


def read_call(text: str, stop: str | None, openings: Sequence[str]) -> Call:
    """Read one reply: a word alone on its last line, whatever was thought before it.

    Args:
        text: What was said, without reasoning.
        stop: Why it ended, as Inspect says it.
        openings: How replies begin that decline, in small letters.
    """
    if stop == "content_filter":
        return "refused"
    lines = [line for line in text.splitlines() if line.strip()]
    last = re.sub(r"[^a-z]+", " ", lines[-1].lower()).strip() if lines else ""
    verdict = VERDICTS.get(_LEAD.sub("", last))
    if stop in ("max_tokens", "model_length"):
        return "truncated"
    if verdict is not None:
        return verdict
    if not lines:
        return "empty"
    return "refused" if text.strip().lower().startswith(tuple(openings)) else "unparsable"


def settled(calls: Sequence[Call]) -> Answer | None:
    """Return what more than half of the calls on a record say.

    Returns:
        `odd` where no verdict has a majority, which lets the record pass; None where a call that
        failed through no matter of the prompt could have made one.
    """
    said = Counter(calls)
    for verdict in VERDICTS.values():
        if 2 * said[verdict] > len(calls):
            return "flagged" if verdict == "flagged" else "passed"
    return None if said["error"] else "odd"


def fails(probe: Sequence[Call]) -> bool:
    """Whether a runner gives too few verdicts even by the reference prompt."""
    return sum(call in NO_VERDICT for call in probe) > MOST_FAILED * len(probe)
