"""What can go wrong, and the exit code that says so.

UnmaskError
├── BadInput      2  something the user gave can't be used: the message says what, where, what to do
└── Incomplete    4  what was asked for could not be finished; what was done is kept
    └── Stopped      by itself, before a cap is passed or a disk is full
        └── Gone     for a model does not answer any more

Exit codes: 0 done or pass; 1 internal error (Python's own code for a crash, so never a verdict);
2 bad input; 3 gate fail or verify mismatch; 4 inconclusive or incomplete.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from unmask.text import safe_text

MOST_SAID = 200
"""Characters of an error that a line repeats."""

PASS, CRASH, BAD_INPUT, FAIL, INCOMPLETE = 0, 1, 2, 3, 4


class UnmaskError(Exception):
    """An expected failure: one clear line for the user, never a traceback."""

    exit_code: ClassVar[int] = BAD_INPUT


class BadInput(UnmaskError):
    """The user gave something that can't be used."""

    exit_code: ClassVar[int] = BAD_INPUT


class NotSent(Exception):
    """A call that was not sent: what it was for stays not run."""


class BudgetReached(NotSent):
    """A cap is reached."""


class ModelGone(NotSent):
    """The model has not answered for so long, or lets nobody in, that it is not asked any more."""


class OtherModel(Exception):
    """An answer of another model than the one that was asked; nothing is read from it."""


class Incomplete(UnmaskError):
    """The work could not be finished; all that was done is kept."""

    exit_code: ClassVar[int] = INCOMPLETE


class Stopped(Incomplete):
    """A run stopped by itself: a cap would be passed by one more sample, or the disk be full.

    Attributes:
        shared: Whether no other checkpoint can be measured either.
    """

    shared = True


class Gone(Stopped):
    """A model does not answer any more. Others may, unless it is a judge or the runner."""

    def __init__(self, why: str, *, shared: bool = False) -> None:
        """Say why, and whether the other checkpoints need that model as well."""
        super().__init__(why)
        self.shared = shared


def chain(error: BaseException) -> Iterator[BaseException]:
    """Go through an error and all that it came from, each once."""
    seen: set[int] = set()
    rest: list[BaseException | None] = [error]
    while rest:
        one = rest.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            rest += [one.__cause__, one.__context__]


def forget_frames(error: BaseException) -> None:
    """Let go of where in an SDK an error arose; what it says and came from stays.

    Inspect draws every frame of a failed sample's error for its log, which takes 2 s of processor
    and 0.9 MB where the frames are an SDK's: an outage would stall the whole run.
    """
    for one in chain(error):
        one.__traceback__ = None


def in_words(error: BaseException) -> str:
    """Say in a line what went wrong, and what that came from at first."""
    first = [*chain(error)][-1]
    said = dict.fromkeys(f"{type(each).__name__}: {each}".rstrip(": ") for each in (error, first))
    return safe_text(" ".join(" from ".join(said).split()), MOST_SAID)
