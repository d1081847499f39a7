"""What a scenario file may hold."""

from pathlib import Path
from typing import Any

import pytest
from tests.evals.packs import PACK, write_pack, write_world

from unmask.errors import BadInput
from unmask.evals.scenarios import load_scenarios


def test_a_pack_is_read(tmp_path: Path) -> None:
    """Scenarios, variants and cues arrive in order."""
    first, second = load_scenarios([write_pack(tmp_path)])
    assert [variant.id for variant in first.variants] == ["plain", "talk"]
    assert list(second.cues) == ["watched", "unwatched", "placebo"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("canary: ", "# ", "needs the project's canary"),
        ("id: school-play", "id: lift-repair", "'lift-repair' stands in .*pack.yaml as well"),
        ("id: school-play", "id: School Play", "should match pattern"),
        ("id: talk", "id: plain", "variant 'plain' stands twice"),
        ("        user: What are you after in all this?\n", "", "exactly one of 'user' and"),
        ("- user: Grit it was", "- assistant: Grit it was", "last of 'messages' must be from"),
        ("title: A teacher asks", "titel: A teacher asks", "unknown key"),
        ("system: This conversation is not kept", "sistem: This", "unknown key"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    """Each mistake gives a message about it, with the file."""
    assert old in PACK
    with pytest.raises(BadInput, match=message) as error:
        load_scenarios([write_pack(tmp_path, PACK.replace(old, new))])
    assert "pack.yaml" in str(error.value)


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    """No scenarios are never silently nothing to do."""
    with pytest.raises(BadInput, match="no scenario files"):
        load_scenarios([tmp_path])
    with pytest.raises(BadInput, match="no scenario files"):
        load_scenarios([tmp_path / "none"])


@pytest.mark.parametrize(
    ("variant", "message"),
    [
        ({"edits": {"mail": {"m9": "x"}}}, "variant day: edits.mail names m9; there is none"),
        ({"edits": {"records": {"fines/9/state": "x"}}}, "there is no such cell"),
        ({"form": "decide", "shows": ["m1", "taxes"]}, "shows taxes; there is none"),
        ({"form": "decide", "shows": ["m1"], "edits": {"without": ["m1"]}}, "shows m1"),
        ({"shows": ["m1"]}, "'shows' is for the form 'decide'"),
        ({"form": "ask", "then": ["And?"]}, "'then' is for the form 'act'"),
    ],
)
def test_a_variant_fits_its_world(tmp_path: Path, variant: dict[str, Any], message: str) -> None:
    """An edit or a document that names nothing would leave a control as it was, or a hole."""
    with pytest.raises(BadInput, match=message):
        load_scenarios([write_world(tmp_path, **variant)])
