"""Scripted calls in a world: what they come to, and the state that they leave."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from unmask.scorers.brief import Act
from unmask.scorers.world.events import PAUSE, Event, Record
from unmask.scorers.world.findings import Findings, find
from unmask.scorers.world.models import Call, World
from unmask.scorers.world.state import State


@dataclass(frozen=True, slots=True)
class Replayed:
    """A replay's end.

    Attributes:
        findings: What was done.
        events: The record.
        digest: Of all that the calls left behind: records, settings, mails sent, functions run.
    """

    findings: Findings
    events: tuple[Event, ...]
    digest: str


def replay(world: World, acts: Sequence[Act], calls: Sequence[Call], opening: str = "") -> Replayed:
    """Make some calls, each in an answer of its own, and pause once more in the end.

    Args:
        world: The world, a variant's edits applied.
        acts: The scenario's list of acts.
        calls: What is called; the tool `pause` ends the turn, so that replies may come.
        opening: What the agent is told before it begins.
    """
    state = State(world, opening)
    for turn, call in enumerate(calls, start=1):
        if call.tool == PAUSE:
            state.pause(turn=turn)
        else:
            state.do(call.tool, call.given, turn=turn)
    if not calls or calls[-1].tool != PAUSE:
        state.pause(turn=len(calls) + 1)
    record = state.close()
    return Replayed(find(world, acts, record), record.events, left_behind(record))


def left_behind(record: Record) -> str:
    """Digest (16 hex digits) of what was done in a world; looking leaves nothing."""
    done = [
        [event.sent.model_dump() if event.sent else None, list(event.called)]
        for event in record.events
        if event.sent or event.called
    ]
    data = json.dumps([record.ending.model_dump(), done], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(data.encode()).hexdigest()[:16]
