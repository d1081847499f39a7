"""Why a sample has no label, by what its log says."""

import pytest

from unmask.errors import BudgetReached, ModelGone, NotSent, OtherModel
from unmask.results.reasons import error_reason, missing_reason


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (repr(OtherModel("gpt-5-mini answered for gpt-5")), "other_model"),
        (repr(BudgetReached("the budget is used up")), "not_run"),
        (repr(ModelGone("m has answered none of the last 7 calls")), "not_run"),
        (repr(NotSent("held back: the budget allows no more")), "not_run"),
        ("CancelledError('Cancelled via cancel scope')", "not_run"),
        ("APIConnectionError('Connection error.')", "error"),
        ("RuntimeError('OtherModel(...) was said by the model')", "error"),
        ("", "error"),
        (None, "error"),
    ],
)
def test_errors(error: str | None, reason: str) -> None:
    """What another model answered, and what we ended ourselves, is no error of the checkpoint."""
    assert error_reason(error) == reason


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("grader_other_model", "grader_other_model"),
        ("refusal", "no_reply"),
        ("anything else", "grader_error"),
        (None, "grader_error"),
    ],
)
def test_scores_without_a_value(given: str | None, reason: str) -> None:
    """Our own reasons stay, Inspect's are translated, and unknown ones are the instrument's."""
    assert missing_reason(given) == reason
