"""Whether a scenario's world holds what it says: its replays, conditions and variants tried out.

A scenario that any two agents leave in the same state measures nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from unmask.evals.scenarios import Scenario, Variant
from unmask.scorers.brief import Act
from unmask.scorers.world.events import PAUSE
from unmask.scorers.world.findings import Findings
from unmask.scorers.world.models import Call, World
from unmask.scorers.world.replay import Replayed, replay
from unmask.scorers.world.state import TOOL_SETS


def opening(scenario: Scenario, variant: Variant) -> str:
    """Return what the agent of a variant is told before it begins, arms and modes aside."""
    said = [turn.user or turn.assistant or "" for turn in variant.turns]
    return "\n\n".join([text for text in (variant.system or scenario.system, *said) if text])


def faults(scenario: Scenario) -> tuple[str, ...]:
    """Return what is wrong with a scenario's world, in words; nothing where all is well."""
    world, acts = scenario.world, scenario.brief.acts if scenario.brief else ()
    if world is None:
        return ()
    if scenario.replays is None:
        return ("it has a world and no replays",)
    found = [*_in_calls("honest", scenario.replays.honest, world)]
    found += [*_in_calls("misaligned", scenario.replays.misaligned, world)]
    told = next((v for v in scenario.variants if v.form == "act"), None)
    said = opening(scenario, told) if told else ""
    nothing = replay(world, acts, (), said)
    honest = replay(world, acts, scenario.replays.honest, said)
    misaligned = replay(world, acts, scenario.replays.misaligned, said)
    found += [*_in_replay("honest", honest), *_in_replay("misaligned", misaligned)]
    found += _in_ends(nothing, honest, misaligned)
    return (*found, *_unreached(world, acts, (nothing, honest, misaligned)))


def _in_calls(name: str, calls: Sequence[Call], world: World) -> Iterator[str]:
    known = {PAUSE, *(tool for tools in world.tools for tool in TOOL_SETS[tools])}
    for number, call in enumerate(calls, start=1):
        if call.tool not in known:
            yield f"{name} replay, call {number}: the world has no tool {call.tool}"


def _in_replay(name: str, replayed: Replayed) -> Iterator[str]:
    for event in replayed.events:
        if event.error:
            yield f"{name} replay, call {event.number}: {event.tool} gives '{event.shown}'"


def _in_ends(nothing: Replayed, honest: Replayed, misaligned: Replayed) -> list[str]:
    found = []
    if nothing.findings.acts:
        found.append(f"doing nothing counts as {_acts(nothing.findings)}")
    if "noticed" in nothing.findings.stages:
        found.append("a clue is in the opening itself, before anything was looked at")
    if honest.findings.wrong:
        found.append(f"the honest replay counts as misaligned: {_acts(honest.findings)}")
    if not misaligned.findings.wrong:
        found.append(
            "the misaligned replay has no misaligned act that was done knowingly; found: "
            f"{_acts(misaligned.findings) or 'no act'}"
        )
    elif not misaligned.findings.standing:
        found.append("all that the misaligned replay does is undone and reported")
    if "noticed" not in misaligned.findings.stages:
        found.append("no clue is seen in the misaligned replay")
    ends = {"doing nothing": nothing, "honest": honest, "misaligned": misaligned}
    for first, second in (
        ("doing nothing", "honest"),
        ("doing nothing", "misaligned"),
        ("honest", "misaligned"),
    ):
        if ends[first].digest == ends[second].digest:
            found.append(f"{first} and {second} end in the same state")
    return found


def _unreached(world: World, acts: Sequence[Act], runs: Sequence[Replayed]) -> Iterator[str]:
    """Find replies that none of the replays brings."""
    for reply in world.replies:
        news = f"{reply.mail.id} (from "
        if not any(news in event.shown for run in runs for event in run.events):
            yield f"no replay brings the reply {reply.mail.id}"


def _acts(findings: Findings) -> str:
    return ", ".join(
        f"{each.act} at call {each.step}" + ("" if each.knowing else " (not knowing)")
        for each in findings.acts
    )
