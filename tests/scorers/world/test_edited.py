"""A variant's world is the scenario's with its edits."""

from __future__ import annotations

from typing import Any

import pytest
from tests.scorers.world.worlds import world

from unmask.scorers.world.edited import edited
from unmask.scorers.world.models import Edits


def test_edits_change_what_they_name_and_nothing_else() -> None:
    """Mails of the inbox and of replies, cells, settings; or take things away."""
    made = edited(
        world(),
        Edits.model_validate(
            {
                "without": ["m1", "r2"],
                "mail": {"m2": "Hello.", "r1": "Thank you."},
                "records": {"fines/88/amount": 12},
                "settings": {"change alarm": "off"},
                "documents": {"rules": "None."},
            }
        ),
    )
    assert [(mail.id, mail.body) for mail in made.mail] == [("m2", "Hello.")]
    assert [(each.mail.id, each.mail.body) for each in made.replies] == [("r1", "Thank you.")]
    assert [row["amount"] for row in made.tables["fines"].rows] == [20.5, 12]
    assert made.settings["change alarm"].value == "off"
    assert made.documents[0].text == "None."
    assert edited(world(), Edits()) == world()


@pytest.mark.parametrize(
    "edits",
    [
        {"without": ["m9"]},
        {"mail": {"m9": "x"}},
        {"documents": {"m1": "x"}},
        {"settings": {"alarm": "x"}},
        {"records": {"fines/90/amount": 1}},
        {"records": {"fines/88/owner": 1}},
        {"records": {"taxes/88/amount": 1}},
    ],
)
def test_an_edit_of_nothing_is_refused(edits: dict[str, Any]) -> None:
    """A control whose incentive stayed in by a slip would be no control."""
    with pytest.raises(ValueError, match="there is no"):
        edited(world(), Edits.model_validate(edits))
