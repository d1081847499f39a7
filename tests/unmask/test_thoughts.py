"""A reply full of tags holds nobody up."""

from __future__ import annotations

from pathlib import Path

import pytest
from inspect_ai.model import _openai
from tests.unmask.loopback import KEYS, loopback
from tests.unmask.pipeline import battery, run, table

from unmask.reference.talk import Spoken
from unmask.thoughts import SEARCH, endless, spare_endless_search

LOOPS = "<think>" * 50_000


@pytest.mark.parametrize("text", [LOOPS, "</think>" + LOOPS, "<think" * 50_000 + "</think>"])
def test_a_text_full_of_tags_is_passed_on(text: str) -> None:
    """At once, and as it came: Inspect would look at it for minutes."""
    spare_endless_search()
    assert vars(_openai)[SEARCH](text) == (text, None)


def test_thoughts_are_still_found() -> None:
    """A long thought between one pair of tags is taken out as before; guarding twice is once."""
    spare_endless_search()
    spare_endless_search()
    rest, thought = vars(_openai)[SEARCH]("<think>" + "so " * 300_000 + "</think>ok")
    assert rest == "ok" and thought is not None and not endless("<think>a</think>" * 200)


def test_a_run_gets_past_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sample is a thought that never closed: it has no reply, and the others have theirs."""
    for key in KEYS:
        monkeypatch.setenv(key, "none")
    with loopback(lambda call, before: Spoken(LOOPS) if before == 0 else None) as server:
        run(battery([server.checkpoint("aligned")], limit=1), tmp_path)
    missing = table(tmp_path)["missing"].value_counts()
    assert missing.to_dict() == {"no_reply": 1}
