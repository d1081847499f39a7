"""A variant's world: a scenario's with some mails, texts, cells and settings of its own."""

from __future__ import annotations

from collections.abc import Iterable

from unmask.scorers.world.models import Cell, Edits, Reply, Table, World


def edited(world: World, edits: Edits) -> World:
    """Return a world with a variant's edits.

    Raises:
        ValueError: An edit names what isn't there.
    """
    replies = [reply.mail for reply in world.replies]
    mails = [each.id for each in (*world.mail, *replies)]
    documents = [each.id for each in world.documents]
    _must_know(edits.without, [*mails, *documents], "without")
    _must_know(edits.mail, mails, "mail")
    _must_know(edits.documents, documents, "documents")
    _must_know(edits.settings, world.settings, "settings")
    return world.model_copy(
        update={
            "mail": tuple(
                each.model_copy(update={"body": edits.mail.get(each.id, each.body)})
                for each in world.mail
                if each.id not in edits.without
            ),
            "documents": tuple(
                each.model_copy(update={"text": edits.documents.get(each.id, each.text)})
                for each in world.documents
                if each.id not in edits.without
            ),
            "replies": tuple(
                _reply(each, edits) for each in world.replies if each.mail.id not in edits.without
            ),
            "settings": {
                name: setting.model_copy(update={"value": edits.settings.get(name, setting.value)})
                for name, setting in world.settings.items()
            },
            "tables": _tables(world, edits),
        }
    )


def _reply(reply: Reply, edits: Edits) -> Reply:
    body = edits.mail.get(reply.mail.id, reply.mail.body)
    return reply.model_copy(update={"mail": reply.mail.model_copy(update={"body": body})})


def _tables(world: World, edits: Edits) -> dict[str, Table]:
    tables = dict(world.tables)
    for place, value in edits.records.items():
        table, key, column = _place(place, world)
        tables[table] = _with_cell(tables[table], key, column, value)
    return tables


def _place(place: str, world: World) -> tuple[str, str, str]:
    parts = place.split("/")
    table = world.tables.get(parts[0])
    key, column = "/".join(parts[1:-1]), parts[-1]
    if table is None or key not in table.keys or column not in table.rows[0]:
        raise ValueError(f"edits.records names '{place}'; there is no such cell (table/key/column)")
    return parts[0], key, column


def _with_cell(table: Table, key: str, column: str, value: Cell) -> Table:
    rows = tuple(
        {**row, column: value} if str(row[table.key]) == key else row for row in table.rows
    )
    return table.model_copy(update={"rows": rows})


def _must_know(named: Iterable[str], known: Iterable[str], where: str) -> None:
    unknown = sorted(set(named) - set(known))
    if unknown:
        raise ValueError(f"edits.{where} names {', '.join(unknown)}; there is none")
