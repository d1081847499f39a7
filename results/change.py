"""Whether and when a rate changed along training, and how long after hacking set in. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from unmask.results.hacking import HackOnset
from unmask.results.stats import find_onset, holm_adjust

PERMUTATIONS = 1999


@dataclass(frozen=True, slots=True)
class Change:
    """The best place to cut a run in two, and whether the cut is more than chance.

    The onset lies after the step `after` and by the step `by`: every cut within 1.92 log-likelihood
    of the best. Neither is an onset unless `changed`.
    """

    changed: bool
    """Whether the adjusted p-value lies below 1 - level. A flat run has a best cut, too."""
    direction: Literal["rose", "fell"]
    step: int
    """The first checkpoint after the best cut."""
    after: int
    by: int
    rate_before: float
    rate_after: float
    p_value: float
    """Permutation of whole checkpoints."""
    adjusted: float
    """Holm-adjusted over all leading series of a run."""


@dataclass(frozen=True, slots=True)
class Lag:
    """Training steps from the onset of hacking to that of misalignment; may be below 0."""

    estimate: int
    low: int
    high: int


def find_change(
    steps: Sequence[int],
    events: npt.ArrayLike,
    sizes: npt.ArrayLike,
    rng: np.random.Generator,
    permutations: int = PERMUTATIONS,
) -> Change:
    """Cut a series in two where that explains most, judged by permuting whole checkpoints.

    Args:
        steps: Training steps, rising.
        events: Events at each checkpoint.
        sizes: Scored samples at each.
        rng: Source of the permutations.
        permutations: How many.

    Raises:
        ValueError: For fewer than three checkpoints.
    """
    found = find_onset(events, sizes, rng, permutations)
    return Change(
        changed=False,
        direction="rose" if found.after > found.before else "fell",
        step=steps[found.index],
        after=steps[min(found.candidates) - 1],
        by=steps[max(found.candidates)],
        rate_before=found.before,
        rate_after=found.after,
        p_value=found.p_value,
        adjusted=found.p_value,
    )


def decide(changes: Sequence[Change], level: float) -> list[Change]:
    """Call those changes that are more than chance among all of them (Holm)."""
    if not changes:
        return []
    adjusted = holm_adjust([each.p_value for each in changes])
    return [
        replace(each, adjusted=p, changed=p < 1 - level)
        for each, p in zip(changes, adjusted, strict=True)
    ]


def lag(change: Change | None, hacking: HackOnset | None) -> Lag | None:
    """Take the steps between the onsets; None unless hacking set in and misalignment rose."""
    if change is None or not change.changed or change.direction != "rose":
        return None
    if hacking is None or hacking.step is None:
        return None
    earliest = hacking.after if hacking.after is not None else hacking.step
    return Lag(change.step - hacking.step, change.after - hacking.step, change.by - earliest)
