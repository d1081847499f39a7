"""A reading, and a second one without the words that speak to the judge, where there are any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from unmask.scorers.injection import load_injection, mask_lines
from unmask.scorers.judge import read
from unmask.scorers.labels import GRADER_REASONS, Missing
from unmask.scorers.panel import Decision
from unmask.scorers.record import Line
from unmask.scorers.rubric import ReadingName, Rubric

MASKED = "+masked"
"""Stands behind the digest of how a sample was read in the evidence of a second look."""

Class = TypeVar("Class", bound=str)


@dataclass(frozen=True, slots=True)
class Looks:
    """One reading of the record as it stands, and one without the words to a judge, if any."""

    shown: Decision
    masked: Decision | None = None

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """The decisions that were made, the first look first."""
        return (self.shown,) if self.masked is None else (self.shown, self.masked)


async def read_guarded(
    name: ReadingName,
    rubric: Rubric,
    lines: Sequence[Line],
    *,
    reads: str,
    previous: Sequence[dict[str, Any]] = (),
) -> Looks:
    """Read, and read again what speaks to a judge; arguments as for `unmask.scorers.judge.read`.

    A first look that failed is not followed by a second: the sample is missing either way.
    """
    shown = await read(name, rubric, lines, reads=reads, previous=previous)
    if shown.means is None:
        return Looks(shown)
    masked = mask_lines(load_injection(), lines)
    if masked == tuple(lines):
        return Looks(shown)
    again = await read(name, rubric, masked, reads=reads + MASKED, previous=previous)
    return Looks(shown, again)


def agreed(shown: Class, masked: Class) -> Class | Missing:
    """The class that both looks give; without agreement there is none.

    A judge that reads the sample otherwise once nobody talks to it was moved by what it was told:
    `grader_unstable`. A second look that failed is missing under its own reason.
    """
    if masked == shown:
        return shown
    reason: Missing = "grader_unstable"
    return next((known for known in GRADER_REASONS if known == masked), reason)
