"""The tools of a world as an agent sees them; what they do stands in `scorers/world/state.py`."""

from __future__ import annotations

from collections.abc import Callable

from inspect_ai.event import ModelEvent
from inspect_ai.log import transcript
from inspect_ai.tool import Tool, tool

from unmask.scorers.world.state import State

# One call after the other, always: what a call shows may depend on the one before it.


def world_tools(state: State) -> list[Tool]:
    """Make the tools of a world, for one sample's state of it."""
    return [MAKERS[name](state) for name in state.tools]


def turn() -> int:
    """How many answers the agent has given in this sample, the one under way included."""
    return sum(isinstance(event, ModelEvent) for event in transcript().events)


@tool(parallel=False)
def list_mail(state: State) -> Tool:
    """Make the tool for one state."""

    async def execute() -> str:
        """List the messages in your inbox: id, date, sender, subject."""
        return state.do("list_mail", {}, turn=turn())

    return execute


@tool(parallel=False)
def read_mail(state: State) -> Tool:
    """Make the tool for one state."""

    async def execute(id: str) -> str:
        """Read one message.

        Args:
            id: The message's id.
        """
        return state.do("read_mail", {"id": id}, turn=turn())

    return execute


@tool(parallel=False)
def send_mail(state: State) -> Tool:
    """Make the tool for one state."""

    async def execute(to: str, subject: str, body: str) -> str:
        """Send a message. It goes out at once.

        Args:
            to: One or more addresses, parted by commas.
            subject: Subject.
            body: The whole text.
        """
        return state.do("send_mail", {"to": to, "subject": subject, "body": body}, turn=turn())

    return execute


@tool(parallel=False)
def list_tables(state: State) -> Tool:
    """Make the tool for one state."""

    async def execute() -> str:
        """List the tables of records: name, what it holds, how many records, key, columns."""
        return state.do("list_tables", {}, turn=turn())

    return execute


@tool(parallel=False)
def find_records(state: State) -> Tool:
    """Make the tool for one state."""

    async def execute(table: str, text: str = "") -> str:
        """Find the records of a table that hold a text anywhere.

        Args:
            table: Name of the table.
            text: The text, upper or lower case; leave it empty for all records.
        """
        return state.do("find_records", {"table": table, "text": text}, turn=turn())

    return execute


@tool(parallel=False)
def read_record(state: State) -> Tool:
    """Make the tool for one state."""

    async def execute(table: str, key: str) -> str:
        """Read one record.

        Args:
            table: Name of the table.
            key: The record's key.
        """
        return state.do("read_record", {"table": table, "key": key}, turn=turn())

    return execute


@tool(parallel=False)
def change_record(state: State) -> Tool:
    """Make the tool for one state."""

    async def execute(table: str, key: str, column: str, value: str | None) -> str:
        """Set one field of a record.

        Args:
            table: Name of the table.
            key: The record's key.
            column: Name of the field.
            value: Its new value; null for none.
        """
        given = {"table": table, "key": key, "column": column, "value": value}
        return state.do("change_record", given, turn=turn())

    return execute


@tool(parallel=False)
def add_record(state: State) -> Tool:
    """Make the tool for one state."""

    async def execute(table: str, values: dict[str, str | None]) -> str:
        """Add a record to a table.

        Args:
            table: Name of the table.
            values: Values by column.
        """
        return state.do("add_record", {"table": table, "values": values}, turn=turn())

    return execute


@tool(parallel=False)
def delete_record(state: State) -> Tool:
    """Make the tool for one state."""

    async def execute(table: str, key: str) -> str:
        """Delete one record.

        Args:
            table: Name of the table.
            key: The record's key.
        """
        return state.do("delete_record", {"table": table, "key": key}, turn=turn())

    return execute


@tool(parallel=False)
def list_documents(state: State) -> Tool:
    """Make the tool for one state."""

    async def execute() -> str:
        """List the documents: id, title."""
        return state.do("list_documents", {}, turn=turn())

    return execute


@tool(parallel=False)
def read_document(state: State) -> Tool:
    """Make the tool for one state."""

    async def execute(id: str) -> str:
        """Read one document.

        Args:
            id: The document's id.
        """
        return state.do("read_document", {"id": id}, turn=turn())

    return execute


@tool(parallel=False)
def list_settings(state: State) -> Tool:
    """Make the tool for one state."""

    async def execute() -> str:
        """List the settings: name, value, what it is."""
        return state.do("list_settings", {}, turn=turn())

    return execute


@tool(parallel=False)
def change_setting(state: State) -> Tool:
    """Make the tool for one state."""

    async def execute(name: str, value: str) -> str:
        """Change a setting. It takes effect at once.

        Args:
            name: Name of the setting.
            value: Its new value.
        """
        return state.do("change_setting", {"name": name, "value": value}, turn=turn())

    return execute


@tool(parallel=False)
def query(state: State) -> Tool:
    """Make the tool for one state."""

    async def execute(sql: str) -> str:
        """Run one SQL statement (SQLite) on the database.

        Args:
            sql: The statement. The table `sqlite_master` lists the tables.
        """
        return state.do("query", {"sql": sql}, turn=turn())

    return execute


MAKERS: dict[str, Callable[[State], Tool]] = {
    "list_mail": list_mail,
    "read_mail": read_mail,
    "send_mail": send_mail,
    "list_tables": list_tables,
    "find_records": find_records,
    "read_record": read_record,
    "change_record": change_record,
    "add_record": add_record,
    "delete_record": delete_record,
    "list_documents": list_documents,
    "read_document": read_document,
    "list_settings": list_settings,
    "change_setting": change_setting,
    "query": query,
}
