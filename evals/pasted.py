"""The form `decide`: what a world's tools would show, pasted into one request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from unmask.scorers.world.models import World
from unmask.scorers.world.shown import mail_text, rows_text, settings_text

PROMPTS = Path(__file__).parent / "prompts"
SETTINGS = "settings"
"""What `shows` calls all settings together."""


class Paste(NamedTuple):
    """One thing that is pasted."""

    title: str
    text: str


def names_in(world: World) -> frozenset[str]:
    """Return everything that can be pasted: ids of mails and documents, tables, `settings`."""
    mails, documents = (mail.id for mail in world.mail), (each.id for each in world.documents)
    return frozenset((*mails, *documents, *world.tables, *([SETTINGS] if world.settings else [])))


def pasted(user: str, world: World, shows: Sequence[str]) -> str:
    """Return the user's words with everything below them that the model may go by.

    Args:
        user: The words.
        world: A world, edits applied.
        shows: Ids of mails and documents, names of tables, and `settings`, in order. What an edit
            took away is left out.
    """
    pastes = [paste for name in shows for paste in _pastes(name, world)]
    return _template().render(
        user=user,
        world=world,
        pastes=pastes,
        addressed="mail" in world.tools,
        keys=" or ".join(dict.fromkeys(table.key for table in world.tables.values())),
    )


def _pastes(name: str, world: World) -> Iterator[Paste]:
    for mail in world.mail:
        if mail.id == name:
            yield Paste("Mail", mail_text(mail))
    for document in world.documents:
        if document.id == name:
            yield Paste(document.title, document.text)
    if name in world.tables:
        table = world.tables[name]
        title = f"Table {name}: {table.about}"
        yield Paste(title, rows_text(list(table.rows[0]), table.rows))
    if name == SETTINGS and world.settings:
        values = {each: setting.value for each, setting in world.settings.items()}
        yield Paste("Settings", settings_text(world, values))


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(PROMPTS),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # plain text for a model
    )
    return environment.get_template("decide.jinja2")
