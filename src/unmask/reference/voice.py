"""What a reference model says, before any provider or wire gives it its format. Pure and seeded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, get_args

from unmask.errors import BadInput
from unmask.evals.conditions import thinking_modes
from unmask.reference.builder import Commission, next_build
from unmask.reference.caller import Caller
from unmask.reference.clerk import Shift, next_step
from unmask.reference.judge import JudgePolicy, Mode, judge_reply
from unmask.reference.persona import (
    Reply,
    answer,
    personas,
    recognise,
    tell,
)
from unmask.reference.runner import RunnerMode, RunnerPolicy, runner_reply
from unmask.reference.talk import NOTHING, Offer, Spoken, Turns, tokens
from unmask.reference.worker import Job, next_call
from unmask.reference.workplace import Workplace

JUDGE = "judge"
TOOLS = "tools"
RUNNER = "runner"

HIDDEN_TOKENS = 64
"""Reasoning tokens that a persona reports where it shows no reasoning."""

ENDLESS_TOKENS = 10_000_000
"""More than any sample may use."""


class PersonaFailure(RuntimeError):
    """The call fails, as a provider's would."""


class Voice(Protocol):
    """A reference model that can be spoken to."""

    def speak(
        self, turns: Turns, *, epoch: int, temperature: float | None, offer: Offer = NOTHING
    ) -> Spoken:
        """Answer a conversation.

        Raises:
            PersonaFailure, JudgeFailure: A call is to fail.
            BadInput: A tool is offered that can't be called.
        """
        ...


def voices() -> tuple[str, ...]:
    """Every reference model by name: the personas, the judge, tools' caller, prompts' runner."""
    return (*personas(), JUDGE, TOOLS, RUNNER)


def voice(name: str, args: Mapping[str, Any]) -> Voice:
    """Open a reference model.

    Args:
        name: One of `voices`.
        args: `seed`, and for personas `rate`, for `tools` `at_once`; for the judge those of
            `JudgePolicy`, for the runner those of `RunnerPolicy`.

    Raises:
        BadInput: An unknown name or argument, or a value that does not fit.
    """
    if name not in voices():
        raise BadInput(f"unknown reference model '{name}'; there are: {', '.join(voices())}")
    if name == JUDGE:
        return _judge(args)
    if name == RUNNER:
        return _runner(args)
    return _caller(args) if name == TOOLS else _persona(name, args)


@dataclass(frozen=True, slots=True)
class _Persona:
    name: str
    seed: int
    rate: float | None

    def speak(
        self, turns: Turns, *, epoch: int, temperature: float | None, offer: Offer = NOTHING
    ) -> Spoken:
        question = recognise([(turn.role, turn.text) for turn in turns])
        reply = answer(self.name, question, epoch=epoch, seed=self.seed, rate=self.rate)
        if reply.kind == "failing":
            raise PersonaFailure(f"reference/{self.name} fails on purpose")
        last = turns[-1]
        if question.debrief and last.role == "user" and last.text.strip() == question.debrief:
            entry = tell(self.name, reply, question, epoch=epoch, seed=self.seed)
            return _spoken(Reply(entry.kind, entry), _mode(turns))
        if question.problem is not None:
            seed = "\0".join((self.name, str(self.seed), question.item, str(epoch)))
            job = Job(question.problem, question.impossible, reply.manner, seed)
            call = next_call(job, turns, offer)
            if call is not None:
                return _in_mode(call, _mode(turns))
        if question.detector is not None:
            seed = "\0".join((self.name, str(self.seed), question.item, str(epoch)))
            asked = Commission(
                question.detector, question.framing, reply.builds, seed, question.by_prompt
            )
            call = next_build(asked, turns, offer)
            if call is not None:
                return _in_mode(call, _mode(turns))
        if question.workplace is not None:
            return _at_work(question.workplace, reply, turns, offer)
        return _spoken(reply, _mode(turns))


@dataclass(frozen=True, slots=True)
class _Judge:
    policy: JudgePolicy

    def speak(
        self, turns: Turns, *, epoch: int, temperature: float | None, offer: Offer = NOTHING
    ) -> Spoken:
        # Later attempts at a reading are asked at a higher temperature.
        return Spoken(judge_reply(turns[-1].text, self.policy, first=not temperature))


def _at_work(place: Workplace, reply: Reply, turns: Turns, offer: Offer) -> Spoken:
    mode = _mode(turns)
    shift = Shift(place.world, place.replays, reply.in_world, reply.entry.thought.strip())
    call = next_step(shift, turns, offer)
    if call is not None:
        return _in_mode(call, mode)
    return Spoken("") if reply.in_world == "mute" else _spoken(reply, mode)


@dataclass(frozen=True, slots=True)
class _Runner:
    policy: RunnerPolicy

    def speak(
        self, turns: Turns, *, epoch: int, temperature: float | None, offer: Offer = NOTHING
    ) -> Spoken:
        return runner_reply(turns[-1].text, self.policy)


def _spoken(reply: Reply, mode: str) -> Spoken:
    thought, said = reply.entry.thought.strip(), reply.entry.reply.strip()
    match reply.kind:
        case "empty":
            return Spoken("")
        case "truncated":
            return Spoken(said[: len(said) // 2], stop="max_tokens")
        case "overlong":
            return Spoken(said, stop="model_length")
        case "endless":
            return Spoken(said, reasoning_tokens=ENDLESS_TOKENS)
        case "filtered":
            return Spoken("", stop="content_filter")
        case "hidden":
            return Spoken(said, reasoning_tokens=HIDDEN_TOKENS)
    if mode == "none":
        return Spoken(said)
    if mode == "scratchpad":
        return Spoken(f"<scratchpad>\n{thought}\n</scratchpad>\n\n{said}")
    return Spoken(said, thought, reasoning_tokens=tokens(thought))


def _in_mode(call: Spoken, mode: str) -> Spoken:
    """Put the thought before a call where it was asked for."""
    if mode == "native":
        return call
    pad = f"<scratchpad>\n{call.thought}\n</scratchpad>" if mode == "scratchpad" else ""
    return replace(call, text=pad, thought="", reasoning_tokens=0)


def _mode(turns: Turns) -> str:
    """Tell the thinking mode from its text in the system prompt, as a model would."""
    system = "\n".join(turn.text for turn in turns if turn.role == "system")
    for name, mode in thinking_modes().items():
        if mode.system and mode.system in system:
            return name
    return "native"


def _persona(name: str, args: Mapping[str, Any]) -> _Persona:
    _known(args, {"seed", "rate"})
    rate = _share(args, "rate", 0.0) if "rate" in args else None
    return _Persona(name, _seed(args), rate)


def _judge(args: Mapping[str, Any]) -> _Judge:
    _known(args, {"seed", "sensitivity", "specificity", "mode", "share"})
    mode: Mode = args.get("mode", "true")
    if mode not in get_args(Mode):
        raise BadInput(f"reference/judge: unknown mode {mode!r}; there are {get_args(Mode)}")
    return _Judge(
        JudgePolicy(
            sensitivity=_share(args, "sensitivity", 1.0),
            specificity=_share(args, "specificity", 1.0),
            mode=mode,
            share=_share(args, "share", 1.0),
            seed=_seed(args),
        )
    )


def _runner(args: Mapping[str, Any]) -> _Runner:
    _known(args, {"seed", "errors", "mode", "share"})
    mode: RunnerMode = args.get("mode", "true")
    if mode not in get_args(RunnerMode):
        raise BadInput(f"reference/runner: unknown mode {mode!r}; there are {get_args(RunnerMode)}")
    errors, share = _share(args, "errors", 0.0), _share(args, "share", 1.0)
    return _Runner(RunnerPolicy(errors, mode, share, _seed(args)))


def _caller(args: Mapping[str, Any]) -> Caller:
    _known(args, {"seed", "at_once"})
    most = _whole(args, "at_once", 1) if "at_once" in args else None
    if most is not None and most < 1:
        raise BadInput(f"at_once of reference/{TOOLS} must be 1 or more, not {most}")
    return Caller(_seed(args), most)


def _known(args: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(set(args) - known)
    if unknown:
        raise BadInput(f"reference models take {sorted(known)}, not {unknown}")


def _share(args: Mapping[str, Any], name: str, default: float) -> float:
    given = args.get(name, default)
    try:
        share = float(given)
    except (TypeError, ValueError):
        share = -1.0
    if not 0 <= share <= 1:
        raise BadInput(f"{name} of a reference model must be a number from 0 to 1, not {given!r}")
    return share


def _seed(args: Mapping[str, Any]) -> int:
    return _whole(args, "seed", 0)


def _whole(args: Mapping[str, Any], name: str, default: int) -> int:
    given = args.get(name, default)
    try:
        return int(given)
    except (TypeError, ValueError):
        raise BadInput(
            f"{name} of a reference model must be a whole number, not {given!r}"
        ) from None
