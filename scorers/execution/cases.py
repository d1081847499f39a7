"""Cases for a detector, made from templates: what is to be flagged, and what only looks like it.

A template is a record in which `"$name"` stands for the value of a slot (of any type; a list in a
list is spliced) and `«name»` within a text for a word or for a slot's value. A slot is drawn once
for each case; `"$name.2"` is another draw of the same slot. `number` is a number that no other case
has. What is drawn depends on the seed alone, so that both meanings of a glossary have the same
cases.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from unmask.scorers.execution.words import Name, Words, fill, named

NUMBER = "number"
_SLOT = re.compile(r"\$([a-z][a-z0-9_]*)(\.\d+)?")
TRIES = 200
"""Draws until a case is unlike all before it."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Some(_Strict):
    """So many of a list, none twice, in any order."""

    of: tuple[JsonValue, ...]
    least: int = Field(default=0, ge=0)
    most: int

    @model_validator(mode="after")
    def _enough(self) -> Self:
        if not self.least <= self.most <= len(self.of):
            raise ValueError(
                f"'some': {self.least} to {self.most} of {len(self.of)} can't be drawn"
            )
        return self


class Slot(_Strict):
    """What is drawn for a slot: exactly one of these.

    Attributes:
        whole: A whole number from the first to the second.
        one: One value of a list; values may hold words and other slots.
        some: Several values of a list.
    """

    whole: tuple[int, int] | None = None
    one: tuple[JsonValue, ...] | None = Field(default=None, min_length=2)
    some: Some | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(way is not None for way in (self.whole, self.one, self.some)) != 1:
            raise ValueError("a slot is drawn in exactly one way: whole, one or some")
        return self


class Template(_Strict):
    """Cases of one sort.

    Attributes:
        id: What sort it is.
        shown: Whether the visible examples may hold such cases.
        slots: Slots of its own, before those of all templates.
        record: What a detector is given.
    """

    id: str
    shown: bool = True
    slots: dict[Name, Slot] = Field(default_factory=dict)
    record: dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Case:
    """One record, whether it is to be flagged, and the template it was made from."""

    record: JsonValue
    flagged: bool
    template: str


@dataclass(frozen=True, slots=True)
class Cases:
    """What is shown with labels, and what stays hidden."""

    visible: tuple[Case, ...]
    hidden: tuple[Case, ...]


def make_cases(
    positives: Sequence[Template],
    negatives: Sequence[Template],
    slots: Mapping[str, Slot],
    words: Words,
    *,
    seed: str,
    shown: int,
    hidden: int,
) -> Cases:
    """Make cases, as many positive as negative ones.

    Args:
        positives: What is to be flagged; templates take turns.
        negatives: What is not.
        slots: Slots that all templates may use.
        words: The words of one meaning.
        seed: The same seed makes the same cases.
        shown: Visible cases of each label.
        hidden: Hidden cases of each label.

    Raises:
        ValueError: A word or a slot is missing, or a template has too few different cases.
    """
    visible: list[Case] = []
    rest: list[Case] = []
    numbers = iter(
        random.Random(f"{seed}/numbers").sample(range(10_000, 99_999), 2 * shown + 2 * hidden)
    )
    for flagged, templates in ((True, positives), (False, negatives)):
        seen: set[tuple[str, tuple[int, ...]]] = set()
        open_ones = [each for each in templates if each.shown]
        turns = [open_ones[i % len(open_ones)] for i in range(shown)]
        turns += [templates[i % len(templates)] for i in range(hidden)]
        made = [
            _case(template, flagged, slots, words, f"{seed}/{flagged}/{i}", next(numbers), seen)
            for i, template in enumerate(turns)
        ]
        visible += made[:shown]
        rest += made[shown:]
    random.Random(f"{seed}/visible").shuffle(visible)
    random.Random(f"{seed}/hidden").shuffle(rest)
    return Cases(tuple(visible), tuple(rest))


def _case(
    template: Template,
    flagged: bool,
    slots: Mapping[str, Slot],
    words: Words,
    seed: str,
    number: int,
    seen: set[tuple[str, tuple[int, ...]]],
) -> Case:
    for attempt in range(TRIES):
        drawing = _Drawing(
            {**slots, **template.slots},
            words,
            random.Random(f"{seed}/{template.id}/{attempt}"),
            number,
        )
        record = drawing.filled(template.record)
        key = template.id, tuple(drawing.trace)
        if key not in seen:
            seen.add(key)
            return Case(record, flagged, template.id)
    raise ValueError(
        f"template '{template.id}' has too few different cases: give its slots more values"
    )


@dataclass(slots=True)
class _Drawing:
    """The draws of one case."""

    slots: Mapping[str, Slot]
    words: Words
    rng: random.Random
    number: int
    drawn: dict[str, Any] = field(default_factory=dict)
    trace: list[int] = field(default_factory=list)
    """Every draw in order: two cases of a template differ if and only if these do."""

    def filled(self, value: JsonValue) -> Any:
        if isinstance(value, dict):
            return {self._text(key): self.filled(each) for key, each in value.items()}
        if isinstance(value, list):
            return self._spliced(value)
        if isinstance(value, str):
            whole = _SLOT.fullmatch(value)
            return self._slot(whole[1], value) if whole else self._text(value)
        return value

    def _spliced(self, values: list[JsonValue]) -> list[Any]:
        found: list[Any] = []
        for value in values:
            one = self.filled(value)
            splice = isinstance(one, list) and isinstance(value, str)
            found.extend(one if splice else [one])
        return found

    def _text(self, text: str) -> str:
        if "«" not in text:
            return text
        inside = {
            name: self._slot(name, f"${name}")
            for name in named(text)
            if name in self.slots or name == NUMBER
        }
        return fill(text, {**self.words, **inside})

    def _slot(self, name: str, use: str) -> Any:
        if name == NUMBER:
            return self.number
        if use not in self.drawn:
            if name not in self.slots:
                raise ValueError(f"there is no slot '{name}'; there are: {', '.join(self.slots)}")
            self.drawn[use] = self._drawn(self.slots[name])
        return self.drawn[use]

    def _drawn(self, slot: Slot) -> Any:
        if slot.whole is not None:
            low, high = slot.whole
            return low + self._below(high - low + 1)
        if slot.one is not None:
            return self.filled(slot.one[self._below(len(slot.one))])
        assert slot.some is not None
        left = list(slot.some.of)
        count = slot.some.least + self._below(slot.some.most - slot.some.least + 1)
        return self._spliced([left.pop(self._below(len(left))) for _ in range(count)])

    def _below(self, count: int) -> int:
        drawn = self.rng.randrange(count)
        self.trace.append(drawn)
        return drawn
