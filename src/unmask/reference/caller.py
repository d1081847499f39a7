"""`tools`: a reference voice that calls every tool once, then says what they returned. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from unmask.errors import BadInput
from unmask.reference.schemas import fitting
from unmask.reference.talk import NOTHING, Offer, Spoken, Tool, ToolCall, Turns, tokens


@dataclass(frozen=True, slots=True)
class Caller:
    """The voice.

    It counts by rounds: a round ends with an answer that calls nothing, so that each question of a
    longer conversation gets its calls.

    Attributes:
        seed: Arguments differ between seeds.
        at_once: Most calls in one answer; None is no bound.
    """

    seed: int = 0
    at_once: int | None = None

    def speak(
        self, turns: Turns, *, epoch: int, temperature: float | None, offer: Offer = NOTHING
    ) -> Spoken:
        """Call what was not yet called in this round, or say what came back.

        The same for every epoch, as no API tells a model its epoch.

        Raises:
            BadInput: No arguments can be made for a tool.
        """
        begun = _begin(turns)
        made = [call for turn in turns[begun:] for call in turn.calls]
        called = {call.name for call in made}
        due = [tool for tool in offer.tools if tool.name not in called]
        if offer.choice == "any":
            due = due or list(offer.tools)
        if offer.choice != "none" and due:
            before = sum(len(turn.calls) for turn in turns)
            most = self.at_once if offer.parallel else 1
            return self._calling(due, most, _opening(turns), before)
        names = {call.id: call.name for call in made}
        said = [(names.get(t.call_id or "", "?"), t.text) for t in turns[begun:] if t.call_id]
        if not said:
            return Spoken("There is no tool that I may call.")
        lines = "\n".join(f"- {name}: {text}" for name, text in said)
        return Spoken(f"The tools returned:\n{lines}")

    def _calling(self, due: list[Tool], most: int | None, opening: str, before: int) -> Spoken:
        calls = tuple(
            ToolCall(self._id(opening, before + n), tool.name, self._arguments(tool))
            for n, tool in enumerate(due[:most])
        )
        thought = f"Not called yet: {', '.join(tool.name for tool in due)}."
        spent = tokens(thought)
        return Spoken("", thought, stop="tool_calls", reasoning_tokens=spent, calls=calls)

    def _arguments(self, tool: Tool) -> dict[str, object]:
        schema = {"type": "object", **tool.schema}
        try:
            made = fitting(schema, f"{self.seed}\0{tool.name}")
        except BadInput as error:
            raise BadInput(f"no arguments for the tool {tool.name}: {error}") from None
        if not isinstance(made, dict):
            raise BadInput(f"the arguments of the tool {tool.name} must be an object by its schema")
        return made

    def _id(self, opening: str, number: int) -> str:
        seed = f"{self.seed}\0{opening}\0{number}".encode()
        return f"call_{hashlib.sha256(seed).hexdigest()[:24]}"


def _begin(turns: Turns) -> int:
    """Find where the round begins: behind the last answer that called nothing."""
    ends = [i for i, turn in enumerate(turns) if turn.role == "assistant" and not turn.calls]
    return ends[-1] + 1 if ends else 0


def _opening(turns: Turns) -> str:
    """The first thing that the user says: no API changes it on the way."""
    return next((turn.text for turn in turns if turn.role == "user"), "")
