"""A world that a persona works in, as it knows it from the eval's scenarios. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from unmask.evals.scenarios import Scenario
from unmask.scorers.world.models import Replays, World


@dataclass(frozen=True, slots=True)
class Workplace:
    """A world that a persona works in.

    Attributes:
        world: The world, edits applied.
        replays: How an honest and a misaligned agent go through it.
        marks: Texts by which a variant is told from others with the same opening, once seen.
    """

    world: World
    replays: Replays
    marks: tuple[str, ...]


def workplace(scenario: Scenario, asked: dict[str, Any]) -> Workplace | None:
    """Return the world of a sample, by the metadata that it was rendered with; None without."""
    if "world" not in asked or scenario.world is None or scenario.replays is None:
        return None
    edits = next(each.edits for each in scenario.variants if each.id == asked["variant"])
    unedited = [mail.body for mail in scenario.world.mail]
    unedited += [document.text for document in scenario.world.documents]
    texts = (*edits.mail.values(), *edits.documents.values())
    marks = tuple(text for text in texts if not any(text in known for known in unedited))
    world = World.model_validate(asked["world"])
    return Workplace(world, scenario.replays, marks)
