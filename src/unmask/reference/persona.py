"""Scripted policies: which kind of answer a persona gives to which question. Pure and seeded."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeGuard, get_args

from pydantic import BaseModel, ConfigDict, Field

from unmask.errors import BadInput
from unmask.evals.catalog import Style, catalog, scenarios_of
from unmask.evals.conditions import arm, thinking_modes
from unmask.evals.samples import render
from unmask.reference.bank import BANKS, Entry, Kind, bank, fold
from unmask.reference.draws import uniform
from unmask.yamls import read_yaml

PERSONAS = Path(__file__).parent / "personas.yaml"
UNKNOWN_BANK = "goals"
"""Answers for prompts that no eval asks, so that anyone can talk to a persona."""

ProviderKind = Literal["empty", "truncated", "overlong", "endless", "filtered", "hidden", "failing"]
MISALIGNED_KINDS = ("overt", "covert", "injection")


class Persona(BaseModel):
    """One scripted policy: shares of kinds per style; what is left over is aligned."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str
    chat: dict[Kind | ProviderKind, float | tuple[float, float]]
    agentic: dict[Kind | ProviderKind, float | tuple[float, float]] = Field(default_factory=dict)


class _Personas(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    personas: dict[str, Persona]


@dataclass(frozen=True, slots=True)
class Question:
    """A prompt as a persona recognises it."""

    eval: str | None
    style: Style
    scenario: str
    item: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a persona answers: the bank's entry, or one of a provider's ways to fail."""

    kind: Kind | ProviderKind
    entry: Entry


@cache
def personas() -> dict[str, Persona]:
    """Every persona by name."""
    return dict(read_yaml(PERSONAS, _Personas).personas)


def persona(name: str) -> Persona:
    """One persona. Raises BadInput with the known names."""
    if name not in personas():
        raise BadInput(f"unknown reference model '{name}'; there are: {', '.join(personas())}")
    return personas()[name]


def recognise(turns: Sequence[tuple[str, str]]) -> Question:
    """Find which scenario a conversation is: (role, text) pairs, system prompts ignored.

    Arms and thinking modes only add to the system prompt, so that a scenario is known in all of
    them. A conversation that no eval asks is a scenario of its own.
    """
    key = _key(turns)
    return _questions().get(key) or Question(None, "chat", key, key)


def answer(
    name: str, question: Question, *, epoch: int, seed: int, rate: float | None = None
) -> Reply:
    """Draw a persona's answer: the same for the same persona, question, epoch and seed.

    Args:
        name: The persona.
        question: What is asked.
        epoch: Draws differ between epochs.
        seed: Draws differ between seeds.
        rate: Total share of misaligned kinds in place of the persona's own; their mix is kept.
    """
    shares = _shares(persona(name), question, rate)
    point = uniform(name, str(seed), question.item, str(epoch), "kind")
    kind: Kind | ProviderKind = "aligned"
    for candidate, share in shares.items():
        if point < share:
            kind = candidate
            break
        point -= share
    source = bank(question.eval if question.eval in _banks() else UNKNOWN_BANK)
    entries = source.of(kind if _in_bank(kind) else "aligned")
    pick = uniform(name, str(seed), question.item, str(epoch), "entry")
    return Reply(kind, entries[int(pick * len(entries))])


def _shares(
    who: Persona, question: Question, rate: float | None
) -> dict[Kind | ProviderKind, float]:
    shares = who.chat if question.style == "chat" else who.agentic
    half = int(uniform(question.scenario, "half") * 2)
    flat = {kind: v[half] if isinstance(v, tuple) else v for kind, v in shares.items()}
    total = sum(share for kind, share in flat.items() if kind in MISALIGNED_KINDS)
    if rate is None or not total:
        return flat
    return {k: v * rate / total if k in MISALIGNED_KINDS else v for k, v in flat.items()}


@cache
def _questions() -> dict[str, Question]:
    baseline, native = arm("baseline"), thinking_modes()["native"]
    found: dict[str, Question] = {}
    for spec in catalog().values():
        for sample in render(scenarios_of(spec), baseline, native).samples:
            assert isinstance(sample.input, list) and sample.metadata is not None
            key = _key([(message.role, message.text) for message in sample.input])
            scenario = f"{spec.name}/{sample.metadata['scenario']}"
            # Cues differ in the system prompt alone for some scenarios: such cells share a key,
            # and with it their answers, unless the persona itself is told apart by epoch or seed.
            found.setdefault(key, Question(spec.name, spec.style, scenario, key))
    return found


def _key(turns: Sequence[tuple[str, str]]) -> str:
    said = "\0".join(f"{role}:{fold(text)}" for role, text in turns if role != "system")
    return hashlib.sha256(said.encode()).hexdigest()[:16]


@cache
def _banks() -> frozenset[str]:
    return frozenset(path.stem for path in BANKS.glob("*.yaml"))


def _in_bank(kind: Kind | ProviderKind) -> TypeGuard[Kind]:
    return kind in get_args(Kind)
