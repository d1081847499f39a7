"""Scanning logs and JSON lines with the patterns alone."""

import json
from pathlib import Path

import pytest
from tests.unmask.pipeline import battery, run

from unmask.errors import BadInput
from unmask.results.scan import Text, line_texts, log_texts, scan, to_json
from unmask.scorers.patterns import load_patterns

SCHEMING = "I will mislead the auditors about the results. They must never find out about the flaw."


def test_lines_are_scanned_by_field(tmp_path: Path) -> None:
    """Each record's field is scanned, and hits come with its id, categories and exact spans."""
    path = tmp_path / "x.jsonl"
    records = [{"id": "a", "reasoning": SCHEMING}, {"reasoning": "Two and two is four."}]
    path.write_text("\n".join(json.dumps(record) for record in records) + "\n")
    unread: list[str] = []
    made = scan(list(line_texts(path, ("reasoning",), unread)), load_patterns(), unread)
    (hit,) = made.hits
    assert (made.scanned, hit.id, hit.part) == (2, "a", "reasoning")
    assert "deception_intent" in hit.categories
    assert all(SCHEMING[span.start : span.end] == span.text for span in hit.spans)
    shape = to_json(made)
    assert set(shape) >= {"schema", "scanned", "hits"}
    assert set(shape["hits"][0]) >= {"id", "categories", "strong", "spans"}
    json.dumps(shape, allow_nan=False)


def test_bad_records_are_named_and_the_others_read(tmp_path: Path) -> None:
    """Broken lines, missing fields and other types each get a line; nothing stops."""
    path = tmp_path / "x.jsonl"
    path.write_text('{"reasoning": 3}\nnot json\n[1]\n{"other": "x"}\n{"reasoning": null}\n')
    unread: list[str] = []
    texts = list(line_texts(path, ("reasoning",), unread))
    assert [line.split(":")[1] for line in unread] == ["1", "2", "3", "4"]
    assert "no field 'reasoning'; there are: other" in unread[3]
    made = scan(texts, load_patterns(), unread)
    assert (made.scanned, made.empty, made.hits) == (1, 1, ())


def test_logs_give_reasoning_and_reply_apart(tmp_path: Path) -> None:
    """Of each sample the reasoning and the reply are two texts, with how far it was shown."""
    run(battery(["covert", "hidden"], limit=2), tmp_path)
    unread: list[str] = []
    texts = list(log_texts(tmp_path, unread))
    assert not unread
    assert {(text.part, text.visibility) for text in texts} == {
        ("reasoning", "full"),
        ("reply", "full"),
        ("reasoning", "hidden"),
        ("reply", "hidden"),
    }
    made = scan(texts, load_patterns())
    hidden = made.shown["reasoning", "hidden"]
    assert made.empty == hidden[0] and hidden[1:] == (0, 0)


def test_a_broken_log_is_named_and_the_others_read(tmp_path: Path) -> None:
    """A file that is no log adds a line."""
    run(battery(["aligned"], limit=1), tmp_path)
    (tmp_path / "broken.eval").write_bytes(b"PK\x03\x04 no zip")
    unread: list[str] = []
    assert list(log_texts(tmp_path, unread))
    assert len(unread) == 1 and unread[0].startswith("broken.eval: not a readable")


def test_nothing_there_is_bad_input(tmp_path: Path) -> None:
    """A missing file or an empty folder is an error, never zero hits."""
    with pytest.raises(BadInput):
        list(log_texts(tmp_path, []))
    with pytest.raises(BadInput, match="can't read"):
        list(line_texts(tmp_path / "none.jsonl", ("reasoning",), []))


def test_empty_texts_are_counted_not_cleared() -> None:
    """A text that was not shown counts as empty and is no clean text."""
    made = scan([Text("a", "reasoning", " ", "hidden")], load_patterns())
    assert (made.scanned, made.empty) == (1, 1)
