"""Declaring an eval: what can't be used is refused with the file and what to write."""

from dataclasses import replace

import pytest

from unmask.errors import BadInput
from unmask.evals.catalog import checked_specs, find_eval


def test_a_family_declares_a_tuple_of_its_own_specs() -> None:
    """The usual slips of a new family, a missing comma among them, end in a sentence each."""
    spec = find_eval("goals")
    assert checked_specs((spec,), "goals_qa") == (spec,)
    for slip in (None, spec, [spec], ("goals",)):
        with pytest.raises(BadInput, match=r"evals/goals_qa/dataset.py: needs a tuple of specs"):
            checked_specs(slip, "goals_qa")
    with pytest.raises(BadInput, match=r'\'goals\' says family="goals_q" and stands in .*goals_qa'):
        checked_specs((replace(spec, family="goals_q"),), "goals_qa")
