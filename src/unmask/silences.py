"""When a model counts as gone: it answers nothing any more, or lets nobody in. Pure.

A provider that fails now and then is waited for, call by call (`limits`). One that is down, or a
key that is not valid any more, would have every sample left end in an error, after minutes of
retries for each.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from inspect_ai._util.http import status_code_of

from unmask.spending import duration

STREAK = 5
"""Calls in a row, failed or answered by another model, before which nothing is concluded."""

NOT_LET_IN = frozenset((401, 402))
"""Statuses that no other call will change: no valid key, nothing left to pay with."""

LATER = frozenset((408, 409, 425, 429))
"""Statuses below 500 by which a server says nothing of the request itself."""


@dataclass
class Silence:
    """What a model did since it last answered.

    Attributes:
        since: When the first of the failed calls ended, in seconds of any clock.
        failed: How many failed.
        shut: How many of the last ones were not let in.
    """

    since: float
    failed: int = 0
    shut: int = 0


@dataclass
class Silences:
    """The silences of a run's models.

    Args:
        patience: Seconds without an answer after which a model is gone: what one call may take.
    """

    patience: float
    _silent: dict[str, Silence] = field(default_factory=dict)

    def answered(self, model: str) -> None:
        """End a model's silence."""
        self._silent.pop(model, None)

    def failed(self, model: str, error: BaseException, now: float, *, again: bool) -> str | None:
        """Take down a failed attempt.

        Args:
            model: Which model, in any words.
            error: What came in place of an answer.
            now: When, in seconds of the clock of all other times.
            again: Whether the attempt will be made again.

        Returns:
            What to say of the model once it is gone; None as long as it may still answer.
        """
        status = status_code_of(error)
        if status is not None and 400 <= status < 500 and status not in NOT_LET_IN | LATER:
            self.answered(model)  # what it refuses is the request, so there is someone
            return None
        silence = self._silent.setdefault(model, Silence(now))
        silence.failed += 1
        used_up = status == 429 and not again
        silence.shut = silence.shut + 1 if status in NOT_LET_IN or used_up else 0
        if silence.shut >= STREAK:
            return f"has let none of the last {silence.shut} calls in"
        if silence.failed >= STREAK and now - silence.since >= self.patience:
            return (
                f"has answered none of the last {silence.failed} calls, for "
                f"{duration(now - silence.since)}"
            )
        return None
