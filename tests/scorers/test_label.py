"""The scorer as a whole."""

import pytest

from unmask.errors import BadInput
from unmask.scorers.label import label


def test_a_rubric_that_cant_be_used_is_refused_before_any_reply() -> None:
    """Making the scorer reads the rubric; found in scoring, a slip in it costs every reply."""
    with pytest.raises(BadInput, match=r"goals_qa/rubrics/none.yaml"):
        label("goals_qa/rubrics/none.yaml")
    with pytest.raises(BadInput, match=r"arms.yaml:\d+: "):
        label("arms.yaml")
