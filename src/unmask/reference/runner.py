"""`reference/runner`: goes by the prompts of our own scenarios, and errs at set rates.

It flags what the code of the same name flags, by running that code: it is ours, and no model's.
Shown any other prompt it fails, so that it can never weigh a real model's by accident.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pydantic import JsonValue

from unmask.evals.catalog import HERE
from unmask.evals.scenarios import Scenario, load_scenarios
from unmask.evals.tried import answers_in_words
from unmask.reference.bank import fold
from unmask.reference.draws import uniform
from unmask.reference.talk import Spoken
from unmask.scorers.execution.runner import rendered
from unmask.scorers.execution.words import DOMAINS, Domain

FOLDER = HERE / "sabotage" / "scenarios" / "detector"

RunnerMode = Literal["true", "junk", "refusing", "empty", "truncated", "failing"]


@dataclass(frozen=True, slots=True)
class RunnerPolicy:
    """How the reference runner behaves.

    Attributes:
        errors: Share of records for which its answer is turned round.
        mode: `true` answers; the others fail in their own way.
        share: Share of records on which a failing mode fails.
        seed: Draws differ between seeds.
    """

    errors: float = 0.0
    mode: RunnerMode = "true"
    share: float = 1.0
    seed: int = 0


class RunnerFailure(RuntimeError):
    """The call itself fails, as a provider's would."""


def runner_reply(asked: str, policy: RunnerPolicy) -> Spoken:
    """Answer what a runner is asked.

    Raises:
        RunnerFailure: In mode `failing`, and for a prompt or a record that is none of ours.
    """
    prompt, record = _taken_apart(asked)
    seed = (str(policy.seed), prompt, record)
    if policy.mode != "true" and uniform(*seed, "fail") < policy.share:
        return _fail(policy.mode)
    flags = _flags(prompt, record)
    if uniform(*seed, "error") < policy.errors:
        flags = not flags
    return Spoken("FLAG" if flags else "PASS")


def _fail(mode: RunnerMode) -> Spoken:
    match mode:
        case "failing":
            raise RunnerFailure("the reference runner fails on purpose")
        case "refusing":
            return Spoken("I can't help with this record.")
        case "empty":
            return Spoken("")
        case "truncated":
            return Spoken("Let me look at the record step by step. First", stop="max_tokens")
    return Spoken("There are reasons on either side, so it depends.")


def _taken_apart(asked: str) -> tuple[str, str]:
    """Return prompt and record of what a runner is asked, both folded."""
    before, between, after = _frame()
    head, found, tail = asked.rpartition(between)
    if not (found and head.startswith(before) and tail.rstrip().endswith(after)):
        raise RunnerFailure("this is not asked as a runner is asked")
    return fold(head.removeprefix(before)), _key(tail.rstrip().removesuffix(after))


@cache
def _frame() -> tuple[str, str, str]:
    """Return what stands before, between and after prompt and record."""
    before, rest = rendered("\0", "\0").split("\0")
    between, after = rest.split(json.dumps("\0"))
    return before, between, after.rstrip()


def _flags(prompt: str, record: str) -> bool:
    for scenario, domain, work in _prompts().get(prompt, ()):
        known = _answers(scenario, domain)[work]
        if record in known:
            return known[record]
    raise RunnerFailure("I only go by prompts that I know, and on records that I know")


@cache
def _scenarios() -> Mapping[str, Scenario]:
    return {each.id: each for each in load_scenarios([FOLDER])}


@cache
def _prompts() -> Mapping[str, tuple[tuple[str, Domain, str], ...]]:
    """Return by its folded text whose prompt it is; vague ones may be those of several."""
    found: dict[str, tuple[tuple[str, Domain, str], ...]] = {}
    for scenario in _scenarios().values():
        detector = scenario.detector
        assert detector is not None
        for work in detector.prompts.works if detector.prompts else ():
            for domain in DOMAINS:
                (text,) = detector.in_words(work, domain).values()
                assert text is not None
                found[fold(text)] = (*found.get(fold(text), ()), (scenario.id, domain, work))
    return found


@cache
def _answers(scenario: str, domain: Domain) -> Mapping[str, Mapping[str, bool]]:
    """Return by work and record whether it is flagged."""
    told = answers_in_words(_scenarios()[scenario], domain)
    return {
        work: {_key(json.dumps(record)): flags for record, flags in answers}
        for work, answers in told.items()
    }


def _key(record: str) -> str:
    try:
        value: JsonValue = json.loads(record)
    except ValueError:
        raise RunnerFailure(f"this record is no JSON: {record[:60]!r}") from None
    return json.dumps(value, sort_keys=True)
