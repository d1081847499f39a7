"""An audit: which samples a person labels, seeing no verdict, and the rate that follows. Pure.

All positives of the judge, or a random part of them, and random negatives, per checkpoint and eval:
two-phase sampling, which assumes nothing about the judge's errors elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from unmask.errors import BadInput
from unmask.results.cells import Cell, cells
from unmask.results.stats import Rate, rate_ci_default, two_phase_melded

JSON_SCHEMA = 1
Answer = Literal["yes", "no", "unsure"]


class Drawn(BaseModel):
    """One row of the sheet, as only the key knows it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    cell: int
    """Which of the key's places it belongs to."""
    sample_uuid: str
    log: str
    scenario: str
    flagged: bool
    """Whether the judge saw the event."""


class Place(BaseModel):
    """A checkpoint on an eval under one condition, as read by one judge."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    checkpoint: str
    eval: str
    arm: str
    thinking: str
    judge: str
    reads: str
    scenarios: dict[str, tuple[int, int]]
    """Scenario -> samples that the judge flagged, and samples that it read."""


class Key(BaseModel):
    """What was drawn, and from what. Kept apart from the sheet until that is labelled."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    schema_: Literal[1] = Field(alias="schema")
    measure: str
    seed: int
    places: tuple[Place, ...]
    rows: tuple[Drawn, ...]
    """In the order of the sheet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """One place: the rate as read, and as corrected by the labels."""

    checkpoint: str
    eval: str
    arm: str
    thinking: str
    judge: str
    measure: str
    samples: int
    """Samples that the judge read; those that it did not are in neither rate."""
    raw: float
    raw_low: float
    raw_high: float
    rate: float | None
    low: float | None
    high: float | None
    labelled: int
    unsure: int
    """Samples on which nobody could decide; the limits hold whatever they are."""
    false_alarms: int
    """Flagged samples labelled as none."""
    missed: int
    """Other samples labelled as events."""
    reason: str | None
    """Why there is no corrected rate."""


def draw(table: pd.DataFrame, measure: str, *, most: int, others: int, seed: int) -> Key:
    """Draw what is to be labelled.

    Args:
        table: A checked table.
        measure: A measure of kind `rate`.
        most: Most flagged samples per place; a random part where there are more.
        others: Samples per place that were not flagged, at random.
        seed: Of the draw and of the order.

    Raises:
        BadInput: No place has a sample that a judge read for this measure.
    """
    rng = np.random.default_rng(seed)
    places: list[Place] = []
    rows: list[Drawn] = []
    for cell in cells(table):
        found = cell.measure(measure)
        if cell.role != "test" or not cell.judge or found is None or found.kind != "rate":
            continue
        values = found.read(cell.rows).value
        read = ~np.isnan(values)
        if not read.any():
            continue
        for flagged, count in ((1.0, most), (0.0, others)):
            pool = cell.rows[values == flagged]
            picked = pool.iloc[rng.permutation(len(pool))[:count]]
            rows += [
                Drawn(
                    id="",
                    cell=len(places),
                    sample_uuid=str(uuid),
                    log=str(log),
                    scenario=str(scenario),
                    flagged=flagged == 1,
                )
                for uuid, log, scenario in picked[["sample_uuid", "log", "scenario"]].itertuples(
                    index=False
                )
            ]
        places.append(_place(cell, values))
    if not rows:
        raise BadInput(f"nothing to audit: no judge read any sample for '{measure}'")
    order = rng.permutation(len(rows))
    names = rng.choice(np.arange(100_000, 1_000_000), len(rows), replace=False)
    named = [
        rows[at].model_copy(update={"id": f"row-{name}"})
        for at, name in zip(order, names, strict=True)
    ]
    return Key(schema=1, measure=measure, seed=seed, places=tuple(places), rows=tuple(named))


def answer(key: Key, labels: Mapping[str, Answer], level: float = 0.95) -> list[Audited]:
    """Turn labels into two-phase rates, one per place.

    Where a person was unsure the limits are the outer ones of counting all such samples as events
    and as none; the rate itself leaves them out.
    """
    return [_answer(key, at, labels, level) for at in range(len(key.places))]


def to_json(found: Sequence[Audited], level: float) -> dict[str, Any]:
    """Return what `unmask audit --answer --json` prints."""
    return {"schema": JSON_SCHEMA, "level": level, "audited": [asdict(each) for each in found]}


def _answer(key: Key, at: int, labels: Mapping[str, Answer], level: float) -> Audited:
    place = key.places[at]
    rows = [row for row in key.rows if row.cell == at]
    said = {row.id: labels[row.id] for row in rows}
    counts = place.scenarios.values()
    flagged = rate_ci_default([y for y, _ in counts], [m for _, m in counts], level)
    made: dict[str, Any] = {"rate": None, "low": None, "high": None, "reason": None}
    try:
        point = _two_phase(flagged, rows, {i: a for i, a in said.items() if a != "unsure"}, level)
        ends = [
            _two_phase(
                flagged, rows, {i: side if a == "unsure" else a for i, a in said.items()}, level
            )
            for side in ("no", "yes")
        ]
        made |= {
            "rate": point[0],
            "low": min(end[1] for end in (point, *ends)),
            "high": max(end[2] for end in (point, *ends)),
        }
    except ValueError as error:
        made["reason"] = str(error)
    return Audited(
        **place.model_dump(include={"checkpoint", "eval", "arm", "thinking", "judge"}),
        measure=key.measure,
        samples=flagged.n,
        raw=flagged.rate,
        raw_low=flagged.low,
        raw_high=flagged.high,
        labelled=sum(word != "unsure" for word in said.values()),
        unsure=sum(word == "unsure" for word in said.values()),
        false_alarms=sum(row.flagged and said[row.id] == "no" for row in rows),
        missed=sum(not row.flagged and said[row.id] == "yes" for row in rows),
        **made,
    )


def _two_phase(
    flagged: Rate, rows: Sequence[Drawn], said: Mapping[str, str], level: float
) -> tuple[float, float, float]:
    precision, omission = (
        _labelled([row for row in rows if row.flagged is side], said, level)
        for side in (True, False)
    )
    if omission is None and flagged.events < flagged.n:
        raise ValueError("no sample without the event was labelled: draw some, and label them")
    if omission is None:  # everything was flagged: what is not flagged weighs nothing
        omission = rate_ci_default([0], [1], level)
    found = two_phase_melded(flagged, precision, omission)
    return found.rate, found.low, found.high


def _labelled(rows: Sequence[Drawn], said: Mapping[str, str], level: float) -> Rate | None:
    known = [row for row in rows if row.id in said]
    if not known:
        return None
    sizes = Counter(row.scenario for row in known)
    events = Counter(row.scenario for row in known if said[row.id] == "yes")
    return rate_ci_default([events[name] for name in sizes], list(sizes.values()), level)


def _place(cell: Cell, values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Place:
    read = cell.rows.assign(value=values)[~np.isnan(values)]
    counted = read.groupby("scenario", sort=True)["value"].agg(["sum", "size"])
    return Place(
        checkpoint=cell.checkpoint,
        eval=cell.eval,
        arm=cell.arm,
        thinking=cell.thinking,
        judge=cell.judge,
        reads=cell.reads,
        scenarios={
            str(name): (int(events), int(size)) for name, events, size in counted.itertuples()
        },
    )
