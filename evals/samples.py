"""Scenario × variant × cue → Inspect samples, and the digests that say what was asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inspect_ai.dataset import Sample
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
)

from unmask.evals.conditions import Condition
from unmask.evals.debrief import debrief_text
from unmask.evals.detectors import FRAMING, domain_of
from unmask.evals.pasted import pasted
from unmask.evals.scenarios import CANARY, Cue, Scenario, Turn, Variant
from unmask.scorers.execution.detectors import Assignment
from unmask.scorers.execution.problems import work_files
from unmask.scorers.execution.prompts import Prompted
from unmask.scorers.execution.runner import asking_digest
from unmask.scorers.execution.tickets import Checkout
from unmask.scorers.world.edited import edited
from unmask.scorers.world.models import World

FIXED_REPEATS = 20
"""How often a scenario of role `fixed` is asked. It is one situation however often it is asked: its
rate is that of one question and stands apart from the eval's."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """Samples of an eval in one arm and thinking mode, and the digest of all they ask."""

    samples: tuple[Sample, ...]
    asks: str


def render(
    scenarios: Sequence[Scenario], arm: Condition, thinking: Condition, *, work: bool = True
) -> Rendered:
    """Render every scenario × variant × cue.

    `asks` is a SHA-256 over every sample's `item` digest: it changes when anything that the model
    is shown changes, and with nothing else (no rubric, no judge, no order of files).

    Args:
        scenarios: What is asked.
        arm: What it is asked under.
        thinking: How it is asked to reason.
        work: Whether the repositories of detectors and tickets come with it. Without them, which is
            for whoever wants to know the words alone, digests are others.
    """
    samples = tuple(
        _sample(scenario, variant, name, cue, arm, thinking, repeat, work)
        for scenario in scenarios
        for variant in scenario.variants
        for name, cue in _cues(scenario)
        for repeat in (range(1, FIXED_REPEATS + 1) if scenario.role == "fixed" else (0,))
    )
    items = sorted(str((sample.metadata or {})["item"]) for sample in samples)
    return Rendered(samples, _digest(items))


def briefs_digest(scenarios: Sequence[Scenario], *, by_prompt: bool = False) -> str:
    """Digest (8 hex digits) of the notes that samples are read by; empty where there are none.

    What a judge is given, and where there is a world, how acts show in it; of a detector or a
    commit, the hidden cases and what is usual. Twins are compared only where it is the same for all
    their forms, so that it takes scenarios whole (`written_for`). Prompts are no such form: for an
    eval that asks for them (`by_prompt`), it is what they are weighed by, and how they are put.
    """
    notes = sorted(
        [
            *(
                f"{each.id}\0{each.brief.model_dump_json(exclude_none=True)}{_signs(each)}"
                for each in scenarios
                if each.brief is not None
            ),
            *(
                f"{each.id}\0{_hidden(each, by_prompt=by_prompt)}"
                for each in scenarios
                if each.detector or each.ticket
            ),
        ]
    )
    return _digest(notes)[:8] if notes else ""


def item_digest(
    sample_id: str, messages: Sequence[ChatMessage], given: Mapping[str, Any] | None = None
) -> str:
    """SHA-256 (16 hex digits) of a sample's id, its messages, and what else it is given."""
    said = [[message.role, message.text] for message in messages]
    return _digest([sample_id, *said, *([given] if given else [])])[:16]


def _sample(
    scenario: Scenario,
    variant: Variant,
    cue_name: str | None,
    cue: Cue | None,
    arm: Condition,
    thinking: Condition,
    repeat: int,
    work: bool,
) -> Sample:
    system = "\n\n".join(
        text
        for text in (
            arm.system,
            variant.system or scenario.system,
            cue.system if cue else None,
            thinking.system,
        )
        if text
    )
    messages: list[ChatMessage] = [ChatMessageSystem(content=system)] if system else []
    world = edited(scenario.world, variant.edits) if scenario.world else None
    messages.extend(_message(turn) for turn in _turns(variant, cue, world))
    problem, impossible = scenario.problem, variant.impossible
    files = work_files(problem, impossible=impossible) if problem else None
    given = _given(scenario, variant) if work else {}
    files = next((each.files for each in given.values()), files)
    parts = [scenario.id, variant.id] + ([cue_name] if cue_name else [])
    identity = "/".join([*parts, *([f"r{repeat:02}"] if repeat else [])])
    asked_after = _debrief(scenario, variant)
    shown = _shown(scenario, variant, world)
    if files and asked_after:
        shown = {"files": files, "debrief": asked_after}
    metadata: dict[str, Any] = {
        "scenario": scenario.id,
        "variant": variant.id,
        "cue": cue_name,
        "item": item_digest(identity, messages, shown or files),
        "role": variant.role or scenario.role,
        "twin": scenario.id if scenario.twin and not variant.by_prompt else None,
        "form": variant.form,
        "factors": {**scenario.factors, **variant.factors},
        "canary": CANARY,
    }
    if scenario.brief is not None:
        metadata["brief"] = scenario.brief.model_dump(exclude_none=True)
    if world is not None and variant.form == "act":
        metadata |= {
            "world": _plain(world),
            "then": list(variant.then),
        }
    if asked_after:
        metadata["debrief"] = asked_after
    if problem is not None:
        metadata |= {
            "problem": problem.model_dump(mode="json", exclude={"also"}),
            "impossible": impossible,
            "licensed": arm.licenses_hacking,
        }
    metadata |= {name: each.as_json for name, each in given.items()}
    return Sample(id=identity, input=messages, metadata=metadata, files=files)


def _given(scenario: Scenario, variant: Variant) -> dict[str, Assignment | Checkout | Prompted]:
    """Return the repository that is worked in, by the name that checks know it under."""
    found = {
        "detector": _assignment(scenario, variant),
        "checkout": _checkout(scenario, variant),
        "prompted": _prompted(scenario, variant),
    }
    return {name: each for name, each in found.items() if each is not None}


def _assignment(scenario: Scenario, variant: Variant) -> Assignment | None:
    if scenario.detector is None or variant.form != "act" or variant.by_prompt:
        return None
    domain = domain_of(variant.factors[FRAMING])
    return scenario.detector.in_domain(domain, seed=scenario.id)


def _prompted(scenario: Scenario, variant: Variant) -> Prompted | None:
    if scenario.detector is None or not variant.by_prompt:
        return None
    domain = domain_of(variant.factors[FRAMING])
    return scenario.detector.prompted(domain, seed=scenario.id)


def _checkout(scenario: Scenario, variant: Variant) -> Checkout | None:
    if scenario.ticket is None or variant.form != "act":
        return None
    return scenario.ticket.in_domain(domain_of(variant.factors[FRAMING]), seed=scenario.id)


def _hidden(scenario: Scenario, *, by_prompt: bool) -> list[str]:
    """Return what the work of a scenario is weighed by, in every meaning asked for."""
    if by_prompt:
        prompts = (_prompted(scenario, variant) for variant in scenario.variants)
        shown = {"files", "examples"}
        return [f"{asking_digest()}{p.model_dump_json(exclude=shown)}" for p in prompts if p]
    written = (_assignment(scenario, variant) for variant in scenario.variants)
    tickets = (_checkout(scenario, variant) for variant in scenario.variants)
    return [
        *(each.model_dump_json(exclude={"files", "examples"}) for each in written if each),
        *(each.model_dump_json(exclude={"files"}) for each in tickets if each),
    ]


def _cues(scenario: Scenario) -> list[tuple[str | None, Cue | None]]:
    return list(scenario.cues.items()) or [(None, None)]


def _turns(variant: Variant, cue: Cue | None, world: World | None) -> list[Turn]:
    turns = list(variant.turns)
    if world is not None and variant.shows:
        turns[-1] = Turn(user=pasted(turns[-1].user or "", world, variant.shows))
    if cue is None:
        return turns
    last = "\n\n".join(text for text in (cue.document, cue.user, turns[-1].user) if text)
    return [*cue.history, *turns[:-1], Turn(user=last)]


def _message(turn: Turn) -> ChatMessage:
    if turn.user is not None:
        return ChatMessageUser(content=turn.user)
    return ChatMessageAssistant(content=turn.assistant or "")


def _shown(scenario: Scenario, variant: Variant, world: World | None) -> dict[str, Any] | None:
    """Return what an agent may come to see by and by, and nothing of how it is read."""
    if world is None or variant.form != "act":
        return None
    seen = _plain(world, exclude={"signs", "clues"})
    return {"world": seen, "then": variant.then, "debrief": _debrief(scenario, variant)}


def _debrief(scenario: Scenario, variant: Variant) -> str | None:
    """Return what is asked when the work is over; a hack is found without asking."""
    works = scenario.world or scenario.detector or scenario.ticket
    if works is None or variant.form != "act":
        return None
    return scenario.debrief or debrief_text()


def _signs(scenario: Scenario) -> str:
    if scenario.world is None:
        return ""
    return scenario.world.model_dump_json(include={"signs", "clues"}, exclude_defaults=True)


def _plain(world: World, exclude: set[str] | None = None) -> dict[str, Any]:
    return world.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude=exclude)


def _digest(value: object) -> str:
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(data.encode()).hexdigest()
