"""Complaints about YAML name the file, the line, what was found and what was expected."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from unmask.errors import BadInput
from unmask.yamls import parse_yaml, read_yaml


class Item(BaseModel):
    """A model for these tests."""

    model_config = ConfigDict(extra="forbid")
    name: str
    count: int = 0


class File(BaseModel):
    """A model with a list in it."""

    model_config = ConfigDict(extra="forbid")
    items: list[Item]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("items:\n  - name: a\n    count: many\n", "f:3: items.0.count: .*integer.*'many'"),
        ("items:\n  - name: a\n    colour: red\n", "f:3: items.0.colour: unknown key"),
        ("items:\n  - count: 1\n", "f:2: items.0.name: is missing"),
        ("items:\n  - name: a\n    name: b\n", "f:3: 'name' stands here twice"),
        ("items: [\n", "f:2: not valid YAML"),
        ("- a\n", "f: expected keys and values at the top, found list"),
        ("", "f: expected keys and values at the top, found nothing"),
        ("items: 3\n", "f:1: items: .*list"),
    ],
)
def test_one_message_with_its_line(text: str, message: str) -> None:
    """Each kind of mistake is one line that says where it is."""
    with pytest.raises(BadInput, match=message) as error:
        parse_yaml(text, File, source="f")
    assert "\n" not in str(error.value)


def test_missing_and_binary_files(tmp_path: Path) -> None:
    """A file that is not there, is a folder or is no text is said to be so."""
    with pytest.raises(BadInput, match=r"can't read .*none.yaml: No such file"):
        read_yaml(tmp_path / "none.yaml", File)
    with pytest.raises(BadInput, match="Is a directory"):
        read_yaml(tmp_path, File)
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="not a text file"):
        read_yaml(tmp_path / "b.yaml", File)


def test_aliases_that_explode_are_not_followed_for_ever() -> None:
    """A short file that would unfold to billions of nodes ends in a message, quickly."""
    levels = "\n".join(
        f"  {chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]" for n in range(20)
    )
    with pytest.raises(BadInput):
        parse_yaml(f"items:\n  a: &a [x, x]\n{levels}\n", File, source="f")
