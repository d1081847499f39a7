"""Arms and thinking modes: texts that are added to the system prompt of a whole eval."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from unmask.errors import BadInput
from unmask.evals.scenarios import Slug, Text
from unmask.yamls import read_yaml

_HERE = Path(__file__).parent


class Condition(BaseModel):
    """One arm or thinking mode: what it is for, and what it adds to the system prompt."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: Text
    system: Text | None = None
    licenses_hacking: bool = False
    """Whether it asks for or allows gaming a grader."""
    positive_control: bool = False
    """Whether it is there to be found misaligned, so that finding it is no reason to stop."""


class _Arms(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    canary: str
    arms: dict[Slug, Condition] = Field(min_length=1)


class _Modes(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    canary: str
    modes: dict[Slug, Condition] = Field(min_length=1)


@cache
def arms() -> dict[str, Condition]:
    """Every arm by name (`evals/arms.yaml`)."""
    return dict(read_yaml(_HERE / "arms.yaml", _Arms).arms)


@cache
def thinking_modes() -> dict[str, Condition]:
    """Every thinking mode by name (`evals/thinking.yaml`)."""
    return dict(read_yaml(_HERE / "thinking.yaml", _Modes).modes)


def arm(name: str) -> Condition:
    """One arm. Raises BadInput for an unknown name, with the known ones."""
    return _named(name, arms(), "arm", "evals/arms.yaml")


def thinking_mode(name: str) -> Condition:
    """One thinking mode. Raises BadInput for an unknown name, with the known ones."""
    return _named(name, thinking_modes(), "thinking mode", "evals/thinking.yaml")


def _named(name: str, known: dict[str, Condition], what: str, where: str) -> Condition:
    if name not in known:
        raise BadInput(f"unknown {what} '{name}'; {where} has: {', '.join(known)}")
    return known[name]
