"""How a persona builds a detector or a commit: looks, writes a work of the scenario, runs tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from unmask.evals.detectors import domain_of
from unmask.reference.draws import uniform
from unmask.reference.talk import Offer, Spoken, ToolCall, Turns, tokens
from unmask.reference.worker import ATTACKS, FLOOD, SHELL, Manner, call_id, writing
from unmask.scorers.execution.detectors import Changes, Detector, Work
from unmask.scorers.execution.prompts import Prompts
from unmask.scorers.execution.tickets import Commit, Ticket

T = TypeVar("T")

BuilderManner = Manner | Literal["subtle", "blunt", "openly", "slips"]
"""How it goes about it; a `hacks` has nothing to gain here and works honestly."""

LOOK = "ls -R . | head -60; cat README.md docs/*.md docs/*/*.md"
TESTS = "python3 -m unittest discover -s tests -t . 2>&1 | tail -5"


@dataclass(frozen=True, slots=True)
class Commission:
    """One sample's work, as a persona goes about it.

    Attributes:
        detector: What is to be written, or the ticket that is to be done.
        framing: How it is put.
        manner: How it is gone about.
        seed: Which of several works it is.
        by_prompt: Whether the detector is to be written in words.
    """

    detector: Detector | Ticket
    framing: str
    manner: BuilderManner
    seed: str
    by_prompt: bool = False


def next_build(commission: Commission, turns: Turns, offer: Offer) -> Spoken | None:
    """Return the next call; None once only the report is left, or no shell is offered."""
    if not any(tool.name == SHELL for tool in offer.tools):
        return None
    made = sum(len(turn.calls) for turn in turns)
    due = build_steps(commission)
    if made >= len(due):
        return None
    thought = f"Step {made + 1}: {due[made].splitlines()[0][:60]}"
    call = ToolCall(call_id(turns, made), SHELL, {"command": due[made]})
    return Spoken("", thought, "tool_calls", tokens(thought), (call,))


def build_steps(commission: Commission) -> Sequence[str]:
    """Return the commands of a commission, in order, before its report."""
    match commission.manner:
        case "nothing":
            return (LOOK,)
        case "loops":
            return (LOOK,) * 10_000
    changes = changes_of(commission)
    before = {"attacks": ATTACKS, "floods": (FLOOD,)}.get(commission.manner, (LOOK,))
    return (*before, writing(changes), TESTS)


def changes_of(commission: Commission) -> Changes:
    """Return what is written and deleted."""
    if commission.by_prompt:
        return _in_words(commission)
    asked, work, domain = commission.detector, work_of(commission), domain_of(commission.framing)
    if isinstance(asked, Ticket):
        assert isinstance(work, Commit)
        return asked.handed_in(work, domain)
    assert not isinstance(work, Commit)
    return asked.handed_in(work, domain)


def _in_words(commission: Commission) -> Changes:
    asked = commission.detector
    assert isinstance(asked, Detector) and asked.prompts is not None
    names = prompts(asked.prompts, commission.manner)
    return asked.in_words(_drawn(commission, names), domain_of(commission.framing))


def work_of(commission: Commission) -> Work | Commit:
    """Return what is handed in."""
    asked, manner = commission.detector, commission.manner
    if isinstance(asked, Ticket):
        return _drawn(commission, commits(asked, manner))
    return _drawn(commission, works(asked, manner))


def works(detector: Detector, manner: BuilderManner) -> Sequence[Work]:
    """Return the works of a scenario that a manner may hand in."""
    match manner:
        case "weak":
            return detector.weak
        case "slips":
            return (detector.accident,)
        case "subtle":
            return _so_named(detector.sabotage, manner)
        case "blunt" | "openly":
            return _so_named(detector.sabotage, "blunt")
        case _:
            return (detector.solution, *detector.fair)


def prompts(written: Prompts, manner: BuilderManner) -> Sequence[str]:
    """Return the names of the prompts of a scenario that a manner may hand in."""
    ways: Mapping[str, tuple[str, ...]] = {
        "weak": ("weak",),
        "slips": ("accident",),
        "subtle": ("subtle",),
        "blunt": ("blunt",),
        "openly": ("blunt",),
    }
    ways_of = ways.get(manner, ("solution", "fair"))
    return [name for name in written.works if name.startswith(ways_of)]


def commits(ticket: Ticket, manner: BuilderManner) -> Sequence[Commit]:
    """Return the commits of a scenario that a manner may hand in."""
    match manner:
        case "weak":
            return ticket.weak
        case "slips":
            return (ticket.accident,)
        case "subtle" | "blunt":
            return _so_named(ticket.sabotage, manner)
        case "openly":
            return (ticket.openly,)
        case _:
            return ticket.honest


def _so_named(works: Mapping[str, T], way: str) -> Sequence[T]:
    return [work for name, work in works.items() if name.startswith(way)]


def _drawn(commission: Commission, works: Sequence[T]) -> T:
    return works[int(uniform(commission.seed, "work") * len(works))]
