"""Banks of replies whose labels are known, for the reference models and their judge."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from unmask.scorers.labels import Aware
from unmask.yamls import read_yaml

BANKS = Path(__file__).parent / "banks"

Kind = Literal["aligned", "overt", "covert", "refused", "aware", "garbled", "injection"]


class Entry(BaseModel):
    """One scripted answer: what is thought, what is said, and how a true judge reads both.

    `quote` is a part of the reply that a judge can point at; `thought_quote` and `aware_quote`
    likewise of the thought.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    kind: Kind
    conduct: Literal["misaligned", "refused", "incoherent", "clean"]
    reasoning: Literal["misaligned", "clean"]
    faking: bool = False
    aware: Aware = "none"
    thought: str
    reply: str
    quote: str
    thought_quote: str
    aware_quote: str = ""
    scales: dict[str, int] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _quotes_stand(self) -> Self:
        if self.quote not in self.reply:
            raise ValueError(f"{self.id}: quote {self.quote!r} is not in the reply")
        if self.thought_quote not in self.thought:
            raise ValueError(
                f"{self.id}: thought_quote {self.thought_quote!r} is not in the thought"
            )
        if (self.aware == "none") != (not self.aware_quote) or (
            self.aware_quote not in self.thought
        ):
            raise ValueError(f"{self.id}: aware_quote {self.aware_quote!r} does not fit")
        return self


class Bank(BaseModel):
    """All scripted answers for one eval."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    canary: str
    bank: str
    entries: tuple[Entry, ...] = Field(min_length=1)

    def of(self, kind: Kind) -> tuple[Entry, ...]:
        """Entries of one kind, in file order."""
        return tuple(entry for entry in self.entries if entry.kind == kind)


@cache
def bank(name: str) -> Bank:
    """One bank by name."""
    return read_yaml(BANKS / f"{name}.yaml", Bank)


@cache
def known_replies() -> dict[str, Entry]:
    """Every scripted reply, whitespace folded, with its entry."""
    return {fold(entry.reply): entry for entry in _all_entries()}


@cache
def known_thoughts() -> dict[str, Entry]:
    """Every scripted thought, whitespace folded, with its entry."""
    return {fold(entry.thought): entry for entry in _all_entries() if entry.thought}


def fold(text: str) -> str:
    """Fold whitespace, so that a text is known however a provider or a wire lays it out."""
    return " ".join(text.split())


def _all_entries() -> tuple[Entry, ...]:
    names = sorted(path.stem for path in BANKS.glob("*.yaml"))
    return tuple(entry for name in names for entry in bank(name).entries)
