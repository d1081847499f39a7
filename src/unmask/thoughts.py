"""Inspect's search for thoughts between tags, spared the texts on which it would not end.

It tries every opening tag against all of the text: some 10,000 of them, which a model that loops
writes in a minute, hold up every sample of a run for minutes. Such a text is passed on as it came;
our own reading finds its thoughts, in time linear in its length (`unmask.scorers.tags`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from inspect_ai.model import _openai

SEARCH = "parse_content_with_reasoning"
"""What all providers that speak like OpenAI look for thoughts with."""

MOST_STEPS = 20_000_000
"""Opening tags times characters that the search may look at: a fraction of a second."""

Parse = Callable[[str], tuple[str, Any]]


def spare_endless_search() -> None:
    """Put the guard in place, once."""
    search = vars(_openai)[SEARCH]
    if not isinstance(search, _Guarded):
        vars(_openai)[SEARCH] = _Guarded(search)


def endless(text: str) -> bool:
    """Whether the search would take longer than a run should stand still for."""
    return text.count("<think") * len(text) > MOST_STEPS


class _Guarded:
    """The search, for texts that it ends on."""

    def __init__(self, search: Parse) -> None:
        self.search = search

    def __call__(self, content: str) -> tuple[str, Any]:
        return (content, None) if endless(content) else self.search(content)
