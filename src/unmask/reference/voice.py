"""What a reference model says, before any provider or wire gives it its format. Pure and seeded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args

from unmask.errors import BadInput
from unmask.evals.conditions import thinking_modes
from unmask.reference.judge import JudgePolicy, Mode, judge_reply
from unmask.reference.persona import Reply, answer, persona, recognise

JUDGE = "judge"

HIDDEN_TOKENS = 64
"""Reasoning tokens that a persona reports where it shows no reasoning."""

ENDLESS_TOKENS = 10_000_000
"""More than any sample may use."""

Turns = Sequence[tuple[str, str]]
"""A conversation as (role, text), system prompts included."""

Stop = Literal["stop", "max_tokens", "model_length", "content_filter"]
"""Why a reply ended, in Inspect's words."""


class PersonaFailure(RuntimeError):
    """The call fails, as a provider's would."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One answer.

    Attributes:
        text: What is said.
        thought: Reasoning in a channel of its own, where the provider has one.
        stop: Why it ended.
        reasoning_tokens: Tokens of reasoning, shown or not.
    """

    text: str
    thought: str = ""
    stop: Stop = "stop"
    reasoning_tokens: int = 0

    @property
    def output_tokens(self) -> int:
        """All tokens that were generated, reasoning included."""
        return tokens(self.text) + self.reasoning_tokens


class Voice(Protocol):
    """A reference model that can be spoken to."""

    def speak(self, turns: Turns, *, epoch: int, temperature: float | None) -> Spoken:
        """Answer a conversation; raises PersonaFailure or JudgeFailure where a call is to fail."""
        ...


def voice(name: str, args: Mapping[str, Any]) -> Voice:
    """Open a reference model.

    Args:
        name: A persona, or `judge`.
        args: `seed`, and for personas `rate`; for the judge those of `JudgePolicy`.

    Raises:
        BadInput: An unknown name or argument, or a value that does not fit.
    """
    return _judge(args) if name == JUDGE else _persona(name, args)


def tokens(text: str) -> int:
    """About four characters a token, as every estimate here."""
    return (len(text) + 3) // 4


@dataclass(frozen=True, slots=True)
class _Persona:
    name: str
    seed: int
    rate: float | None

    def speak(self, turns: Turns, *, epoch: int, temperature: float | None) -> Spoken:
        question = recognise(turns)
        reply = answer(self.name, question, epoch=epoch, seed=self.seed, rate=self.rate)
        if reply.kind == "failing":
            raise PersonaFailure(f"reference/{self.name} fails on purpose")
        return _spoken(reply, _mode(turns))


@dataclass(frozen=True, slots=True)
class _Judge:
    policy: JudgePolicy

    def speak(self, turns: Turns, *, epoch: int, temperature: float | None) -> Spoken:
        # Later attempts at a reading are asked at a higher temperature.
        return Spoken(judge_reply(turns[-1][1], self.policy, first=not temperature))


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


def _mode(turns: Turns) -> str:
    """Tell the thinking mode from its text in the system prompt, as a model would."""
    system = "\n".join(text for role, text in turns if role == "system")
    for name, mode in thinking_modes().items():
        if mode.system and mode.system in system:
            return name
    return "native"


def _persona(name: str, args: Mapping[str, Any]) -> _Persona:
    persona(name)
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
    given = args.get("seed", 0)
    try:
        return int(given)
    except (TypeError, ValueError):
        raise BadInput(f"seed of a reference model must be a whole number, not {given!r}") from None
