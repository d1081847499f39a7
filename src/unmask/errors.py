"""What can go wrong, and the exit code that says so.

UnmaskError
├── BadInput      2  something the user gave can't be used: the message says what, where, what to do
└── Incomplete    4  what was asked for could not be finished; what was done is kept
    └── Stopped      by itself, before a cap is passed or a disk is full

Exit codes: 0 done or pass; 1 internal error (Python's own code for a crash, so never a verdict);
2 bad input; 3 gate fail or verify mismatch; 4 inconclusive or incomplete.
"""

from __future__ import annotations

from typing import ClassVar

PASS, CRASH, BAD_INPUT, FAIL, INCOMPLETE = 0, 1, 2, 3, 4


class UnmaskError(Exception):
    """An expected failure: one clear line for the user, never a traceback."""

    exit_code: ClassVar[int] = BAD_INPUT


class BadInput(UnmaskError):
    """The user gave something that can't be used."""

    exit_code: ClassVar[int] = BAD_INPUT


class BudgetReached(Exception):
    """A call that was not sent, for a cap is reached: what it was for stays not run."""


class OtherModel(Exception):
    """An answer of another model than the one that was asked; nothing is read from it."""


class Incomplete(UnmaskError):
    """The work could not be finished; all that was done is kept."""

    exit_code: ClassVar[int] = INCOMPLETE


class Stopped(Incomplete):
    """A run stopped by itself: a cap would be passed by one more sample, or the disk be full."""
