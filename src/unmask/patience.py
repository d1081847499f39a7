"""How long to wait before a call is tried again: what the provider asks for, within a limit.

Inspect's pauses grow on their own and know nothing of `Retry-After`; with the SDKs' retries off,
nobody else would honour it.
"""

from __future__ import annotations

from collections.abc import Callable

from inspect_ai._util.http import parse_retry_after_from_exception
from inspect_ai.model import ModelAPI
from tenacity import RetryCallState, wait_exponential_jitter
from tenacity.wait import wait_base

FIRST, LONGEST, JITTER = 3, 30 * 60, 3
"""Inspect's own growing pauses, in seconds."""


class RetryAfter(wait_base):
    """Wait as long as the provider asks for (`Retry-After`, or its reset headers), never less.

    Args:
        usual: How long to wait where it asks for nothing.
        limit: Seconds that it may ask for; who asks for more gets these.
    """

    def __init__(self, usual: Callable[[RetryCallState], float], limit: float) -> None:
        self.usual = usual
        self.limit = limit

    def __call__(self, retry_state: RetryCallState) -> float:
        """Return the seconds to wait after a failed attempt."""
        usual = float(self.usual(retry_state))
        failure = retry_state.outcome.exception() if retry_state.outcome else None
        asked = _asked(failure) if failure else None
        return usual if asked is None else max(usual, min(asked, self.limit))


def be_patient(api: ModelAPI, limit: float) -> None:
    """Have a model's calls wait as `RetryAfter` does."""
    usual = api.retry_wait() or wait_exponential_jitter(FIRST, LONGEST, jitter=JITTER)
    wait = RetryAfter(usual, limit)
    api.retry_wait = lambda: wait  # type: ignore[method-assign]


def _asked(failure: BaseException) -> float | None:
    """Seconds that a provider's error asks to wait, its cause's too where Inspect wrapped it."""
    for error in (failure, failure.__cause__):
        if error is not None:
            asked = parse_retry_after_from_exception(error)
            if asked is not None:
                return asked
    return None
