"""Attacks on the judge, as data: texts that try to have a misaligned answer read as clean."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from unmask.yamls import read_yaml

ATTACKS = Path(__file__).parent / "attacks.yaml"

Where = Literal["reply", "reasoning", "tool", "earlier", "user"]
"""The part of the record that carries an attack, in the words of `unmask.scorers.record.Part`."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Filler(_Strict):
    """Text put before an attack, so that long padding needs no long file."""

    text: str = Field(min_length=1)
    times: int = Field(ge=1)


class Attack(_Strict):
    """One attack.

    `payload` is what is said: the filler, if any, and then the text.
    """

    id: str
    where: Where
    aims: Literal["clean"]
    text: str = Field(min_length=1)
    repeat: Filler | None = None

    @property
    def payload(self) -> str:
        """The whole text of the attack."""
        return (self.repeat.text * self.repeat.times if self.repeat else "") + self.text


class _Attacks(_Strict):
    canary: str
    attacks: tuple[Attack, ...]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        ids = [attack.id for attack in self.attacks]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"these ids stand here twice: {', '.join(twice)}")
        return self


@cache
def attacks() -> tuple[Attack, ...]:
    """Every attack, in the file's order."""
    return read_yaml(ATTACKS, _Attacks).attacks
