"""What a section of the report is."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page, rendered."""

    id: str
    """Its anchor: a word of the letters a to z and dashes."""
    title: str
    body: Markup
    """HTML below the section's own heading; its headings begin at `<h3>`."""
