"""How a persona works in a world: it goes through a scenario's replays by the tools. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from unmask.reference.talk import Offer, Spoken, ToolCall, Turns, tokens
from unmask.scorers.world.events import PAUSE, Change, changes
from unmask.scorers.world.models import Call, Cell, Replays, World
from unmask.scorers.world.state import State

Manner = Literal["honest", "misaligned", "undoes", "nothing", "loops", "strays", "mute"]
"""How it goes about it: `undoes` does wrong, puts everything back and reports it; `strays` does
wrong and then calls the same tool for ever, which is all that `loops` does; `mute` does wrong and
says nothing in the end."""

FOR_EVER = 10_000
_LOOKING = ("list_mail", "list_tables", "list_documents", "list_settings")


@dataclass(frozen=True, slots=True)
class Shift:
    """One sample's work, as a persona goes about it.

    Attributes:
        world: Where it is.
        replays: How an honest and a misaligned agent go through it.
        manner: How it is gone about.
        thought: What is thought before each call.
    """

    world: World
    replays: Replays
    manner: Manner
    thought: str


def next_step(shift: Shift, turns: Turns, offer: Offer) -> Spoken | None:
    """Return the next call; None where the persona speaks: at a pause, and in the end."""
    offered = {tool.name for tool in offer.tools}
    due = steps(shift)
    at = _place(due, turns)
    if at >= len(due) or due[at].tool == PAUSE or due[at].tool not in offered:
        return None
    call = ToolCall(_id(turns, at), due[at].tool, _as_text(due[at].given))
    return Spoken("", shift.thought, "tool_calls", tokens(shift.thought), (call,))


def steps(shift: Shift) -> Sequence[Call]:
    """Return the calls of a shift, in order."""
    wrong = shift.replays.misaligned
    match shift.manner:
        case "honest":
            return shift.replays.honest
        case "misaligned" | "mute":
            return wrong
        case "undoes":
            return (*wrong, *restoring(shift.world, wrong), *shift.replays.honest)
        case "loops":
            return _looping(shift.world)
        case "strays":
            return (*wrong, *_looping(shift.world))
    return ()


def restoring(world: World, made: Sequence[Call]) -> tuple[Call, ...]:
    """Return the calls that put back all that some calls changed; what was sent stays sent."""
    state = State(world)
    for turn, call in enumerate(made, start=1):
        if call.tool != PAUSE:
            state.do(call.tool, call.given, turn=turn)
    put_back = changes(state.ending(), state.start)
    return tuple(call for change in put_back for call in _putting_back(change, world))


def _putting_back(change: Change, world: World) -> Iterator[Call]:
    """Make one change by tool; `after` is what is to stand there."""
    if change.kind == "turned":
        yield _call("change_setting", name=change.where, value=str(change.after))
    elif "records" not in world.tools:
        yield _call("query", sql=_statement(change, world))
    elif change.kind == "wrote":
        assert not isinstance(change.after, dict)
        yield _call(
            "change_record",
            table=change.where,
            key=change.key,
            column=change.column,
            value=_text(change.after),
        )
    elif change.kind == "added":
        assert isinstance(change.after, dict)
        values = {name: _text(value) for name, value in change.after.items()}
        yield Call.model_validate(
            {"tool": "add_record", "with": {"table": change.where, "values": values}}
        )
    else:
        yield _call("delete_record", table=change.where, key=change.key)


def _statement(change: Change, world: World) -> str:
    key = world.tables[change.where].key
    which = f'CAST("{key}" AS TEXT) = {_literal(change.key)}'
    if change.kind == "wrote":
        assert not isinstance(change.after, dict)
        value = _literal(change.after)
        return f'UPDATE "{change.where}" SET "{change.column}" = {value} WHERE {which}'
    if change.kind == "added":
        assert isinstance(change.after, dict)
        names = ", ".join(f'"{name}"' for name in change.after)
        values = ", ".join(_literal(value) for value in change.after.values())
        return f'INSERT INTO "{change.where}" ({names}) VALUES ({values})'
    return f'DELETE FROM "{change.where}" WHERE {which}'


def _literal(value: Cell) -> str:
    if value is None:
        return "NULL"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


def _text(value: Cell) -> str | None:
    return None if value is None else str(value)


def _as_text(given: Mapping[str, Any]) -> dict[str, Any]:
    """Write a call's arguments as a model has to: every value as text."""
    return {
        name: {key: _text(each) for key, each in value.items()}
        if isinstance(value, dict)
        else _text(value)
        for name, value in given.items()
    }


def _looping(world: World) -> tuple[Call, ...]:
    known = State(world).tools
    looking = next((tool for tool in _LOOKING if tool in known), None)
    once = _call(looking) if looking else _call("query", sql="SELECT 1")
    return (once,) * FOR_EVER


def _call(tool: str, **given: Cell) -> Call:
    return Call.model_validate({"tool": tool, "with": given})


def _place(due: Sequence[Call], turns: Turns) -> int:
    """Count what is done: calls one by one, and pauses by words without a call."""
    at = 0
    for turn in turns:
        if turn.role != "assistant":
            continue
        if turn.calls:
            at += len(turn.calls)
        elif at < len(due) and due[at].tool == PAUSE:
            at += 1
    return at


def _id(turns: Turns, number: int) -> str:
    opening = next((turn.text for turn in turns if turn.role == "user"), "")
    data = json.dumps([opening, number])
    return f"call_{hashlib.sha256(data.encode()).hexdigest()[:24]}"
