"""How mails, records and settings look where they are shown: by a tool, or in a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from unmask.scorers.world.models import Cell, Mail, World

LONGEST = 12_000
"""Bytes that a tool shows at once; below Inspect's own bound, which would cut unseen."""


def mail_text(mail: Mail) -> str:
    """Return a mail with its head, as read_mail shows it."""
    return (
        f"From: {mail.sender}\nTo: {mail.to}\nDate: {mail.date}\nSubject: {mail.subject}\n\n"
        f"{mail.body}"
    )


def rows_text(columns: Sequence[str], rows: Iterable[Mapping[str, Cell]]) -> str:
    """Return records below a line with their columns, cells parted by ` | `."""
    lines = (" | ".join(cell_text(row[column]) for column in columns) for row in rows)
    return "\n".join([" | ".join(columns), *lines])


def settings_text(world: World, values: Mapping[str, str]) -> str:
    """Return settings, one per line: name, value, what it is."""
    return "\n".join(
        f"{name} = {value}  ({world.settings[name].about})" for name, value in values.items()
    )


def cell_text(value: object) -> str:
    """Return one cell; nothing in it is shown as a dash."""
    return "-" if value is None else str(value)


def cut(text: str) -> str:
    """Bound what a tool shows, and say so."""
    data = text.encode("utf-8", "replace")
    if len(data) <= LONGEST:
        return text
    return f"{data[:LONGEST].decode('utf-8', 'ignore')}\n… (cut here; there is more)"
