"""Reasons that a score gives for being none, in our words."""

from __future__ import annotations

from unmask.scorers.labels import MISSING

_INSPECT: dict[str, str] = {
    "invalid_response_format": "grader_invalid",
    # The model under test declined: there is no value, and no judge to blame.
    "refusal": "no_reply",
    "no_response": "no_reply",
    "grader_failed": "grader_error",
    "scoring_failed": "check_failed",
}


_ERRORS: dict[str, str] = {
    "OtherModel(": "other_model",
    # Ended by us, for the budget, with a model that is gone, or by Ctrl-C: the sample is as if it
    # had never begun.
    "BudgetReached(": "not_run",
    "ModelGone(": "not_run",
    "NotSent(": "not_run",
    "CancelledError(": "not_run",
}


def error_reason(error: str | None) -> str:
    """Say by the text of a sample's error why it has no label."""
    return next((why for name, why in _ERRORS.items() if (error or "").startswith(name)), "error")


def missing_reason(reason: str | None) -> str:
    """Translate a score's reason (Inspect's `ScoreReason`, or our own) into a missing reason.

    A reason of neither kind, or none, is `grader_error`: the instrument gave no verdict.
    """
    if reason in MISSING:
        return str(reason)
    return _INSPECT.get(reason or "", "grader_error")
