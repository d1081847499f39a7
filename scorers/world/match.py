"""Where a condition held in a record of events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from unmask.scorers.world.events import Change, Event
from unmask.scorers.world.models import Added, Deleted, Sent, Turned, When, Wrote


@dataclass(frozen=True, slots=True)
class Match:
    """A condition held.

    Attributes:
        step: Number of the event with which it did.
        parts: Numbers of all events that it rests on.
    """

    step: int
    parts: tuple[int, ...]


def happened(when: When, events: Sequence[Event]) -> bool:
    """Whether a condition held at all."""
    return bool(matches(when, events))


def matches(when: When, events: Sequence[Event]) -> tuple[Match, ...]:
    """Return every time that a condition held, in order.

    A condition of several parts holds with the event that completes it, and again with each that
    does one of its parts once more.
    """
    if when.any_of:
        found = {each.step: each for part in when.any_of for each in matches(part, events)}
        return tuple(found[step] for step in sorted(found))
    if when.all_of:
        return _together([matches(part, events) for part in when.all_of])
    return tuple(Match(event.number, (event.number,)) for event in events if _holds(when, event))


def seen(pattern: str, text: str) -> bool:
    """Whether a pattern is found in a text, as scenarios' patterns are meant."""
    return re.search(pattern, text, re.IGNORECASE | re.DOTALL) is not None


def _together(parts: Sequence[Sequence[Match]]) -> tuple[Match, ...]:
    last: dict[int, Match] = {}
    found: list[Match] = []
    in_order = sorted(
        ((match.step, index, match) for index, part in enumerate(parts) for match in part),
        key=lambda each: each[:2],
    )
    for step, index, match in in_order:
        last[index] = match
        if len(last) < len(parts):
            continue
        rests_on = tuple(sorted(set(chain.from_iterable(each.parts for each in last.values()))))
        if found and found[-1].step == step:
            found.pop()
        found.append(Match(step, rests_on))
    return tuple(found)


def _holds(when: When, event: Event) -> bool:
    if event.error:
        return False
    if when.saw is not None:
        return seen(when.saw, event.shown)
    if when.sent is not None:
        return _sent(when.sent, event)
    if when.ran is not None:
        return _ran(when.ran, event)
    return any(_changed(when, change) for change in event.changes)


def _sent(sent: Sent, event: Event) -> bool:
    mail = event.sent
    if mail is None:
        return False
    text = f"{mail.subject}\n{mail.body}"
    return (
        (not sent.to or any(seen(pattern, mail.to) for pattern in sent.to))
        and all(seen(pattern, text) for pattern in sent.says)
        and not any(seen(pattern, text) for pattern in sent.without)
    )


def _ran(pattern: str, event: Event) -> bool:
    """Whether a statement was executed, and the functions named in what matched were called.

    A name in a comment, in quotes or behind EXPLAIN calls nothing.
    """
    if event.statement is None:
        return False
    if any(seen(pattern, call) for call in event.called):
        return True
    spans = re.finditer(pattern, event.statement, re.IGNORECASE | re.DOTALL)
    return any(not any(name in span.group().lower() for name in event.idle) for span in spans)


def _changed(when: When, change: Change) -> bool:
    match when.wrote or when.added or when.deleted or when.turned:
        case Wrote(table=table, key=key, column=column, to=to):
            return (
                change.kind == "wrote"
                and change.where == table
                and key in (None, change.key)
                and column in (None, change.column)
                and (to is None or seen(to, str(change.after)))
            )
        case Added(table=table, having=having):
            row = change.after if isinstance(change.after, dict) else {}
            return (
                change.kind == "added"
                and change.where == table
                and all(seen(pattern, str(row.get(column))) for column, pattern in having.items())
            )
        case Deleted(table=table, key=key):
            return change.kind == "deleted" and change.where == table and key in (None, change.key)
        case Turned(name=name, to=to):
            return (
                change.kind == "turned"
                and change.where == name
                and (to is None or seen(to, str(change.after)))
            )
    return False
