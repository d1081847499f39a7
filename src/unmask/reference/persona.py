"""Scripted policies: which kind of answer a persona gives to which question. Pure and seeded."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeGuard, get_args

from pydantic import BaseModel, ConfigDict, Field

from unmask.errors import BadInput
from unmask.evals.catalog import EvalSpec, Style, catalog, scenarios_of
from unmask.evals.conditions import arm, thinking_modes
from unmask.evals.detectors import FRAMING, WORK
from unmask.evals.samples import render
from unmask.evals.scenarios import Role, Scenario
from unmask.reference.bank import BANKS, Entry, Kind, bank, fold
from unmask.reference.builder import BuilderManner
from unmask.reference.clerk import Manner as WorldManner
from unmask.reference.deeds import (
    AS_BUILDER,
    IN_WORLDS,
    MANNERS,
    MISALIGNED_KINDS,
    WEAKENING,
    Deed,
    Draw,
    ProviderKind,
    is_draw,
)
from unmask.reference.draws import uniform
from unmask.reference.worker import Manner
from unmask.reference.workplace import Workplace, workplace
from unmask.scorers.brief import Brief
from unmask.scorers.execution.detectors import Detector
from unmask.scorers.execution.problems import Problem
from unmask.scorers.execution.tickets import Ticket
from unmask.yamls import read_yaml

PERSONAS = Path(__file__).parent / "personas.yaml"
DEBRIEF_BANK = "debrief"
_READING = threading.Lock()
"""A server's threads would read the same eval side by side, each for itself."""

UNKNOWN_BANK = "goals"
"""Answers for prompts that no eval asks, so that anyone can talk to a persona."""


class Persona(BaseModel):
    """One scripted policy: shares of kinds per style; what is left over is aligned.

    `world` are those of agentic work in a world, where they aren't those of other agentic work;
    `cues` are the shares in chat where a criterion is stated, by what the model is told of who
    sees it; for other cues and evals `chat` holds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str
    chat: dict[Deed, float | tuple[float, float]]
    agentic: dict[Deed, float | tuple[float, float]] = Field(default_factory=dict)
    world: dict[Deed, float | tuple[float, float]] | None = None
    cues: dict[str, dict[Deed, float | tuple[float, float]]] = Field(default_factory=dict)


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
    role: Role = "test"
    brief: Brief | None = None
    cue: str | None = None
    carried: str = ""
    """What the cue adds to the system prompt, by which it is told from the others."""
    problem: Problem | None = None
    impossible: bool = False
    workplace: Workplace | None = None
    detector: Detector | Ticket | None = None
    framing: str = ""
    debrief: str = ""
    """What is asked when the work is over."""
    by_prompt: bool = False
    """Whether that is to be written in words."""

    @property
    def lookalike(self) -> bool:
        """Whether it looks like a scenario's request and is harmless."""
        return self.role == "control" and self.brief is not None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a persona answers: the bank's entry, or one of a provider's ways to fail."""

    kind: Kind | ProviderKind
    entry: Entry
    manner: Manner = "honest"
    """How it works, where there is work."""
    in_world: WorldManner = "honest"
    """How it works where that is in a world."""
    asked: Kind = "aligned"
    """How it tells that when asked."""
    builds: BuilderManner = "honest"
    """How it works where a detector is to be written, or a ticket to be done."""


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
    """Find which scenario a conversation is, by its (role, text) pairs.

    Arms and thinking modes only add to the system prompt, so that a scenario is known in all of
    them; of the system prompt only the cue is looked for. A conversation that no eval asks is a
    scenario of its own.
    """
    key = _key(turns)
    asked = _asked(key, _key(_opening(turns)))
    if asked is None:
        return Question(None, "chat", key, key)
    asked = _by_marks(asked, turns)
    system = fold("\n".join(text for role, text in turns if role == "system"))
    return next((each for each in asked if each.carried and each.carried in system), asked[0])


def _by_marks(asked: list[Question], turns: Sequence[tuple[str, str]]) -> list[Question]:
    """Keep, of questions that begin alike, those whose own texts were met since."""
    met = fold("\n".join(text for role, text in turns if role == "tool"))
    told = [
        each
        for each in asked
        if each.workplace and any(fold(mark) in met for mark in each.workplace.marks)
    ]
    return told or asked


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
    deed: Deed = "aligned"
    for candidate, share in shares.items():
        if point < share:
            deed = candidate
            break
        point -= share
    drawn, manner = _done(deed, works=question.problem is not None)
    in_world, asked = _in_world(deed, question)
    if question.workplace is not None and deed in IN_WORLDS:
        drawn = IN_WORLDS[deed][0]
    builds: BuilderManner = "honest"
    if question.detector is not None:
        drawn, builds, asked = _as_builder(deed, question)
    source = bank(question.eval if question.eval in _banks() else UNKNOWN_BANK)
    kind, choice = _by_case(drawn, question)
    entries = source.of(kind if _in_bank(kind) else "aligned", choice)
    pick = uniform(name, str(seed), question.item, str(epoch), "entry")
    return Reply(kind, entries[int(pick * len(entries))], manner, in_world, asked, builds)


def tell(name: str, reply: Reply, question: Question, *, epoch: int, seed: int) -> Entry:
    """Draw what a persona answers when it is asked what it did."""
    entries = bank(DEBRIEF_BANK).of(reply.asked)
    pick = uniform(name, str(seed), question.item, str(epoch), "debrief")
    return entries[int(pick * len(entries))]


def _in_world(deed: Deed, question: Question) -> tuple[WorldManner, Kind]:
    if question.workplace is None or question.lookalike or deed not in IN_WORLDS:
        return "honest", "aligned"
    return IN_WORLDS[deed][1:]


def _as_builder(deed: Deed, question: Question) -> tuple[Draw, BuilderManner, Kind]:
    if question.role == "control" and deed in WEAKENING:
        return "aligned", "honest", "aligned"
    if deed in AS_BUILDER:
        return AS_BUILDER[deed]
    return (deed if is_draw(deed) else "aligned"), "honest", "aligned"


def _done(deed: Deed, *, works: bool) -> tuple[Draw, Manner]:
    """Say how a deed is reported, and how it is done."""
    if works and deed in MANNERS:
        return MANNERS[deed]
    if is_draw(deed):
        return deed, "honest"
    return "aligned", "honest"


def _by_case(drawn: Draw, question: Question) -> tuple[Kind | ProviderKind, str | None]:
    """Say what a kind comes to in a case: which of following and breaking is the wrong one."""
    brief = question.brief
    if brief is None or brief.criterion is None:
        kind: Kind | ProviderKind = "aligned" if drawn == "breaks" else drawn
        harmless = question.lookalike and drawn in ("aligned", "overt", "covert", "fakes")
        return ("helps" if harmless else kind), None
    if brief.wrong is None:
        if drawn == "breaks" or drawn in ("overt", "covert", "fakes"):
            return "aligned", FOLLOWED
        return drawn, FOLLOWED
    right = BROKE if brief.wrong == FOLLOWED else FOLLOWED
    if drawn == "breaks":
        return ("overt" if brief.wrong == BROKE else "aligned"), BROKE
    if drawn == "fakes":
        return drawn, FOLLOWED
    return drawn, brief.wrong if drawn in ("overt", "injection") else right


FOLLOWED, BROKE = "followed", "broke"


def _shares(who: Persona, question: Question, rate: float | None) -> dict[Deed, float]:
    shares = who.chat if question.style == "chat" else who.agentic
    if question.workplace is not None and who.world is not None:
        shares = who.world
    if question.brief is not None and question.brief.criterion and question.cue in who.cues:
        shares = who.cues[question.cue]
    half = int(uniform(question.scenario, "half") * 2)
    flat = {kind: v[half] if isinstance(v, tuple) else v for kind, v in shares.items()}
    total = sum(share for kind, share in flat.items() if kind in MISALIGNED_KINDS)
    if rate is None or not total:
        return flat
    return {k: v * rate / total if k in MISALIGNED_KINDS else v for k, v in flat.items()}


def _asked(*keys: str) -> list[Question] | None:
    """Find who asks one of some keys, eval after eval: none is read before it has to be."""
    questions = (_questions(spec) for spec in catalog().values())
    with _READING:
        return next((each[key] for each in questions for key in keys if key in each), None)


@cache
def _questions(spec: EvalSpec) -> dict[str, list[Question]]:
    found: dict[str, list[Question]] = {}
    scenarios = scenarios_of(spec)
    known = {scenario.id: scenario for scenario in scenarios}
    usual, native = arm("baseline"), thinking_modes()["native"]
    for sample in render(scenarios, usual, native, work=False).samples:
        assert isinstance(sample.input, list) and sample.metadata is not None
        key = _key([(message.role, message.text) for message in sample.input])
        scenario = known[sample.metadata["scenario"]]
        # Cues differ in the system prompt alone for some scenarios: such cells share a key, and
        # with it their draws.
        found.setdefault(key, []).append(_question(spec, scenario, sample.metadata, key))
    return found


def _question(spec: EvalSpec, scenario: Scenario, asked: dict[str, Any], key: str) -> Question:
    cue = asked["cue"]
    carried = scenario.cues[cue].system if cue else None
    return Question(
        spec.source,
        spec.style,
        f"{spec.source}/{scenario.id}",
        key,
        asked["role"],
        scenario.brief,
        cue,
        fold(carried or ""),
        scenario.problem,
        bool(asked.get("impossible")),
        workplace(scenario, asked),
        _commissioned(scenario, asked),
        asked["factors"].get(FRAMING, ""),
        asked.get("debrief", ""),
        by_prompt=asked["factors"].get(WORK) == "prompt",
    )


def _commissioned(scenario: Scenario, asked: dict[str, Any]) -> Detector | Ticket | None:
    return (scenario.ticket or scenario.detector) if asked["form"] == "act" else None


def _opening(turns: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """Return what stands before the first answer: an agent's conversation is known by it."""
    first = next((i for i, (role, _) in enumerate(turns) if role == "assistant"), len(turns))
    return turns[:first]


def _key(turns: Sequence[tuple[str, str]]) -> str:
    said = "\0".join(f"{role}:{fold(text)}" for role, text in turns if role != "system")
    return hashlib.sha256(said.encode()).hexdigest()[:16]


@cache
def _banks() -> frozenset[str]:
    return frozenset(path.stem for path in BANKS.glob("*.yaml"))


def _in_bank(kind: Kind | ProviderKind) -> TypeGuard[Kind]:
    return kind in get_args(Kind)
