"""A world while an agent works in it: every tool is a method, every call leaves an event.

No clock, no chance and no model in it: the same calls always come to the same state.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

from unmask.scorers.world.events import (
    OPENING,
    PAUSE,
    Ending,
    Event,
    Posted,
    Record,
    cell,
    changes,
    plain,
)
from unmask.scorers.world.match import happened
from unmask.scorers.world.models import Cell, Mail, Reply, ToolSet, World
from unmask.scorers.world.shown import cell_text, cut, mail_text, rows_text, settings_text
from unmask.scorers.world.tables import Refused, Row, Tables

TOOL_SETS: dict[ToolSet, tuple[str, ...]] = {
    "mail": ("list_mail", "read_mail", "send_mail"),
    "records": (
        "list_tables",
        "find_records",
        "read_record",
        "change_record",
        "add_record",
        "delete_record",
    ),
    "documents": ("list_documents", "read_document"),
    "settings": ("list_settings", "change_setting"),
    "sql": ("query",),
}


class State:
    """One world and everything that was done in it.

    Args:
        world: As it stands at first, edits applied.
        opening: What the agent is told before it begins, system prompt included.
        clock: Seconds; bounds a single SQL statement and nothing else.

    Attributes:
        events: What happened so far; the opening is the first.
        start: How things stood at first.
    """

    def __init__(
        self, world: World, opening: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.world = world
        self.events = [Event(number=0, turn=0, tool=OPENING, shown=opening)]
        self._tables = Tables(world.tables, world.functions, clock)
        self._settings = {name: setting.value for name, setting in world.settings.items()}
        self._inbox = list(world.mail)
        self._due = list(world.replies)
        self._unread: list[Mail] = []
        self._facts: dict[str, Any] = {}
        self._closed = False
        self.start = self.ending()

    @property
    def tools(self) -> tuple[str, ...]:
        """The names of the tools that the world has."""
        return tuple(name for tools in self.world.tools for name in TOOL_SETS[tools])

    def do(self, tool: str, given: Mapping[str, Any], *, turn: int) -> str:
        """Make one call and return what it shows; whatever is wrong with it is shown as well.

        Args:
            tool: One of `tools`.
            given: Its arguments.
            turn: Which answer of the agent's makes the call, from 1.

        Raises:
            RuntimeError: The record was closed.
        """
        if self._closed:
            raise RuntimeError(f"{tool} was called in a world whose record is closed")
        before, made = self.ending(), plain(given)
        self._facts = {}
        try:
            shown = self._call(tool, made)
        except Refused as error:
            shown, self._facts = f"Error: {error}", {"error": True}
        self._facts["changes"] = changes(before, self.ending())
        self._record(tool, turn, cut(shown), given=made, **self._facts)
        return self._with_news()

    def pause(self, says: str = "", *, turn: int) -> str:
        """The agent has ended its turn: who waited for that writes now, and unread mail is named.

        Args:
            says: What the user says next.
            turn: Which answer of the agent's ended its turn.

        Returns:
            What the agent is shown: the user's words and news of mail; nothing at all if neither.
        """
        self._record(PAUSE, turn, says)
        return self._with_news(paused=True)

    def close(self) -> Record:
        """End the record: nothing can be done any more."""
        self._closed = True
        return Record(events=tuple(self.events), start=self.start, ending=self.ending())

    def ending(self) -> Ending:
        """How things stand now."""
        return Ending(tables=self._tables.all_rows(), settings=dict(self._settings))

    def _record(self, tool: str, turn: int, shown: str, **facts: Any) -> None:
        number = len(self.events)
        self.events.append(Event(number=number, turn=turn, tool=tool, shown=shown, **facts))

    def _with_news(self, *, paused: bool = False) -> str:
        """Deliver what is due, and say below what the last event showed what is new.

        What came while the agent worked and was not read is named once more when it pauses.
        """
        last = self.events[-1]
        come = [reply for reply in self._due if self._is_due(reply, paused)]
        self._due = [reply for reply in self._due if reply not in come]
        self._inbox += [reply.mail for reply in come]
        news = [*(self._unread if paused else ()), *(reply.mail for reply in come)]
        self._unread = [] if paused else [*self._unread, *(reply.mail for reply in come)]
        if not news:
            return last.shown
        told = f"{len(news)} new message{'s' if len(news) > 1 else ''}: " + ", ".join(
            f"{mail.id} (from {mail.sender})" for mail in news
        )
        shown = "\n\n".join(text for text in (last.shown, told) if text)
        self.events[-1] = last.model_copy(update={"shown": shown})
        return shown

    def _is_due(self, reply: Reply, paused: bool) -> bool:
        return paused if reply.when is None else happened(reply.when, self.events)

    def _call(self, tool: str, given: Mapping[str, Any]) -> str:
        if tool not in self.tools:
            raise Refused(f"there is no tool {tool}")
        method: Callable[..., str] = getattr(self, f"_{tool}")
        try:
            signature(method).bind(**given)
        except TypeError as error:
            raise Refused(f"{tool}: {error}") from None
        return method(**given)

    def _list_mail(self) -> str:
        lines = [f"{m.id} | {m.date} | {m.sender} | {m.subject}" for m in self._inbox]
        return "\n".join(lines) or "The inbox is empty."

    def _read_mail(self, id: str) -> str:
        mail = next((mail for mail in self._inbox if mail.id == id), None)
        if mail is None:
            raise Refused("there is no mail with that id; list_mail shows the ids")
        self._unread = [each for each in self._unread if each.id != id]
        return mail_text(mail)

    def _send_mail(self, to: str, subject: str, body: str) -> str:
        if "@" not in str(to):
            raise Refused("that is no address; addresses look like name@firm.example")
        self._facts["sent"] = Posted(to=str(to), subject=str(subject), body=str(body))
        return "Sent."

    def _list_tables(self) -> str:
        return "\n".join(
            f"{name} | {table.about} | {len(self._tables.rows(name))} records | "
            f"key: {table.key} | columns: {', '.join(table.rows[0])}"
            for name, table in self.world.tables.items()
        )

    def _find_records(self, table: str, text: str = "") -> str:
        columns = self._columns(table)
        sought = str(text).casefold()
        rows = [
            row
            for row in self._tables.rows(table).values()
            if any(sought in cell_text(value).casefold() for value in row.values())
        ]
        return rows_text(columns, rows) if rows else "None found."

    def _read_record(self, table: str, key: Cell) -> str:
        return "\n".join(
            f"{column}: {cell_text(value)}" for column, value in self._row(table, key).items()
        )

    def _change_record(self, table: str, key: Cell, column: str, value: Cell) -> str:
        if column not in self._row(table, key):
            raise Refused(f"no such column; {table} has {', '.join(self._columns(table))}")
        self._tables.change(table, str(key), column, cell(value))
        return "Changed."

    def _add_record(self, table: str, values: Mapping[str, Any]) -> str:
        columns = self._columns(table)
        if not isinstance(values, Mapping) or not values or not set(values) <= set(columns):
            raise Refused(f"values must be an object with some of {', '.join(columns)}")
        self._tables.add(table, {column: cell(value) for column, value in values.items()})
        return "Added."

    def _delete_record(self, table: str, key: Cell) -> str:
        self._row(table, key)
        self._tables.delete(table, str(key))
        return "Deleted."

    def _list_documents(self) -> str:
        return "\n".join(f"{each.id} | {each.title}" for each in self.world.documents)

    def _read_document(self, id: str) -> str:
        document = next((each for each in self.world.documents if each.id == id), None)
        if document is None:
            raise Refused("there is no document with that id; list_documents shows the ids")
        return f"{document.title}\n\n{document.text}"

    def _list_settings(self) -> str:
        return settings_text(self.world, self._settings)

    def _change_setting(self, name: str, value: Cell) -> str:
        if name not in self._settings:
            raise Refused("there is no setting of that name; list_settings shows them")
        self._settings[name] = cell_text(value)
        return "Changed."

    def _query(self, sql: str) -> str:
        shown, called = self._tables.query(str(sql))
        ran = {call.partition("(")[0] for call in called}
        self._facts["called"] = called
        self._facts["idle"] = tuple(
            name for name in self.world.functions if name in str(sql).lower() and name not in ran
        )
        return shown

    def _row(self, table: str, key: Cell) -> Row:
        self._columns(table)
        row = self._tables.rows(table).get(str(key))
        if row is None:
            raise Refused(f"{table} has no record with that {self.world.tables[table].key}")
        return row

    def _columns(self, table: str) -> list[str]:
        if table not in self.world.tables:
            raise Refused("there is no such table; list_tables shows them")
        return list(self.world.tables[table].rows[0])
