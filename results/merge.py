"""Several looks at one sample become one: copies count once, and a later attempt replaces a failed.

Inspect copies finished samples into the log of a retry, keeps orphans of killed runs, and a folder
may hold a log twice. What comes out here depends on the set of looks only, never on their order.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from unmask.errors import BadInput
from unmask.results.logs import Log
from unmask.results.summaries import Summary


@dataclass(frozen=True, slots=True)
class Look:
    """One sample as one log holds it."""

    log: Log
    summary: Summary
    checkpoint: str
    eval: str
    arm: str
    slot: Hashable
    """The place it fills: two samples in one slot are attempts at the same thing."""
    uuid: str
    ran: bool = True
    """False for a sample that the log planned and does not hold."""


def sample_uuid(log: Log, summary: Summary) -> str:
    """Inspect's id of the sample; for logs before 0.3.70, one made of the run, sample and epoch."""
    spec = log.header.eval
    return summary.uuid or f"{spec.run_id}/{spec.task_id}/{summary.id}/{summary.epoch}"


def merge(looks: Iterable[Look]) -> tuple[list[list[Look]], int]:
    """Choose for each slot the sample that counts, with all its copies, oldest log first.

    A sample without error beats one with, a finished one beats an unfinished, then the newest.

    Returns:
        The copies of each chosen sample, and how many samples were superseded.

    Raises:
        BadInput: One and the same sample stands under two checkpoints.
    """
    slots: dict[Hashable, dict[str, list[Look]]] = {}
    owners: dict[str, Look] = {}
    for look in looks:
        slots.setdefault(look.slot, {}).setdefault(look.uuid, []).append(look)
        owner = owners.setdefault(look.uuid, look)
        if owner.checkpoint != look.checkpoint:
            pair = sorted((owner, look), key=lambda each: each.checkpoint)
            raise BadInput(
                f"sample {look.uuid!r} stands under two checkpoints: "
                + " and ".join(f"{each.checkpoint!r} ({each.log.name})" for each in pair)
                + "; remove the copied log, or name the checkpoint by something else"
            )
    chosen = []
    superseded = 0
    for attempts in slots.values():
        best = max(attempts.values(), key=lambda copies: max(_rank(copy) for copy in copies))
        chosen.append(sorted(best, key=lambda look: (look.log.created, look.log.name)))
        superseded += sum(copies[0].ran for copies in attempts.values()) - chosen[-1][0].ran
    return chosen, superseded


def _rank(look: Look) -> tuple[bool, bool, bool, str, str]:
    summary = look.summary
    finished = summary.completed or bool(summary.scores)
    when = summary.when or look.log.created
    return (look.ran, summary.error is None, finished, when, look.uuid)
