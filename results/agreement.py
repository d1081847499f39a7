"""How far two judges agree on the same samples, and on which they do not. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from unmask.results.measures import MEASURES
from unmask.results.stats import kappa_ac1, krippendorff_alpha_nominal
from unmask.results.stats.inputs import Floats
from unmask.results.table import FOREIGN

JSON_SCHEMA = 1
COMPARED = ("misaligned", "conduct", "reasoning", "refused")


@dataclass(frozen=True, slots=True)
class Discord:
    """A sample that two judges read differently."""

    checkpoint: str
    scenario: str
    log: str
    sample_uuid: str
    first: bool
    """Whether the first judge sees the event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One measure on one eval, as two judges read the same samples."""

    eval: str
    measure: str
    first: str
    second: str
    both: int
    """Samples in which both see the event."""
    first_only: int
    second_only: int
    neither: int
    unread: int
    """Samples that one of them, or both, gave no reading of; in no other count."""
    kappa: float | None
    """Cohen's; low where events are rare, however well judges agree. None where undefined."""
    ac1: float | None
    """Gwet's; high for a judge that always says no."""
    alpha: float | None
    """Krippendorff's, nominal."""
    discordant: tuple[Discord, ...]


def agreements(table: pd.DataFrame) -> list[Agreement]:
    """Compare every two judges that read the same samples, eval by eval, measure by measure.

    A judge that reads in two ways (another rubric or template) is two judges.
    """
    own = table[table["family"].ne(FOREIGN) & table["judge"].ne("")]
    found = []
    for name, rows in own.groupby("eval", sort=True, observed=True):
        sides = {
            (str(judge), str(reads)): part.set_index("sample_uuid", drop=False)
            for (judge, reads), part in rows.groupby(["judge", "reads"], sort=True, observed=True)
        }
        names = _names(list(sides))
        for one, two in combinations(sides, 2):
            shared = sides[one].index.intersection(sides[two].index)
            if len(shared):
                a, b = sides[one].loc[shared], sides[two].loc[shared]
                found += [
                    _agreement(str(name), each, names[one], names[two], a, b) for each in COMPARED
                ]
    return found


def to_json(found: Sequence[Agreement]) -> dict[str, Any]:
    """Return what `unmask regrade --json` prints."""
    return {"schema": JSON_SCHEMA, "agreement": [asdict(each) for each in found]}


def _agreement(
    eval: str, measure: str, first: str, second: str, a: pd.DataFrame, b: pd.DataFrame
) -> Agreement:
    x, y = MEASURES[measure].read(a).value, MEASURES[measure].read(b).value
    read = ~np.isnan(x) & ~np.isnan(y)
    both, first_only, second_only, neither = (
        int((read & (x == i) & (y == j)).sum()) for i, j in ((1, 1), (1, 0), (0, 1), (0, 0))
    )
    kappa = ac1 = None
    if read.any():
        beyond = kappa_ac1([[both, first_only], [second_only, neither]])
        kappa, ac1 = _known(beyond.kappa), _known(beyond.ac1)
    return Agreement(
        eval=eval,
        measure=measure,
        first=first,
        second=second,
        both=both,
        first_only=first_only,
        second_only=second_only,
        neither=neither,
        unread=int((~read).sum()),
        kappa=kappa,
        ac1=ac1,
        alpha=_known(krippendorff_alpha_nominal([_ratings(x), _ratings(y)])) if len(x) else None,
        discordant=tuple(
            Discord(str(checkpoint), str(scenario), str(log), str(uuid), bool(seen))
            for checkpoint, scenario, log, uuid, seen, differs in zip(
                *(a[name] for name in ("checkpoint", "scenario", "log", "sample_uuid")),
                x == 1,
                read & (x != y),
                strict=True,
            )
            if differs
        ),
    )


def _names(sides: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Name judges; one that reads in two ways by how it reads as well."""
    judges = [judge for judge, _ in sides]
    return {
        (judge, reads): judge if judges.count(judge) == 1 else f"{judge} (reads {reads})"
        for judge, reads in sides
    }


def _ratings(values: Floats) -> list[bool | None]:
    return [None if math.isnan(value) else value == 1 for value in values]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
