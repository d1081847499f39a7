"""Scenarios in which two sides differ, with the samples to look at on each. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from unmask.results.measures import Measure

SHOWN = 3
"""Most samples named per scenario and side."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Where a transcript is."""

    log: str
    uuid: str
    value: float
    """The measure: 1 for an event, 0 for none; or an effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discordant:
    """A scenario whose mean value differs between the sides."""

    scenario: str
    first: float
    second: float
    first_samples: tuple[Sample, ...]
    """Those that make the difference come first."""
    second_samples: tuple[Sample, ...]


def discordant(
    first: pd.DataFrame, second: pd.DataFrame, measure: Measure, by: str = "scenario"
) -> tuple[Discordant, ...]:
    """List the scenarios in which the sides differ, the largest differences first."""
    left, right = _by_scenario(first, measure, by), _by_scenario(second, measure, by)
    found = []
    for name in left.keys() & right.keys():
        a, b = (float(np.mean([each.value for each in side[name]])) for side in (left, right))
        if a != b:
            found.append(
                Discordant(
                    scenario=name,
                    first=a,
                    second=b,
                    first_samples=_telling(left[name], high=a > b),
                    second_samples=_telling(right[name], high=b > a),
                )
            )
    return tuple(sorted(found, key=lambda each: (-abs(each.first - each.second), each.scenario)))


def _by_scenario(rows: pd.DataFrame, measure: Measure, by: str) -> dict[str, list[Sample]]:
    values = measure.read(rows).value
    found: dict[str, list[Sample]] = {}
    columns = (rows[name].to_numpy(dtype=np.object_) for name in (by, "log", "sample_uuid"))
    for name, log, uuid, value in zip(*columns, values, strict=True):
        if not np.isnan(value):
            found.setdefault(str(name), []).append(Sample(str(log), str(uuid), float(value)))
    return found


def _telling(samples: list[Sample], *, high: bool) -> tuple[Sample, ...]:
    order = sorted(samples, key=lambda each: (-each.value if high else each.value, each.uuid))
    return tuple(order[:SHOWN])
