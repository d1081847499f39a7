"""Rates along a training run: points with intervals, alarm, onset, and hacking beside. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd

from unmask.results.cells import Cell, cells
from unmask.results.change import PERMUTATIONS, Change, Lag, decide, find_change, lag
from unmask.results.comparable import OFFERED, why_not_comparable
from unmask.results.delta import Counts, count
from unmask.results.hacking import THRESHOLD, HackOnset, HackRates, hack_onset, hacks_of
from unmask.results.measures import Kind, Measure
from unmask.results.stats import (
    first_difference_correlation,
    mean_ci,
    newest_against_reference,
    rate_ci_default,
)
from unmask.results.stats.inputs import Ints
from unmask.results.table import FOREIGN

JSON_SCHEMA = 1
HEADLINE = "misaligned"


@dataclass(frozen=True, slots=True)
class Point:
    """One checkpoint of a run."""

    checkpoint: str
    step: int
    samples: int
    scored: int
    missing: dict[str, int]
    events: int | None
    rate: float | None
    low: float | None
    high: float | None
    hack_rate: float | None
    """The training run's own, from the file; null without one."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """The newest checkpoint minus all earlier ones pooled, paired by scenario."""

    estimate: float
    low: float
    high: float
    raised: bool


@dataclass(frozen=True, slots=True)
class Final:
    """The mean of the last checkpoints, with both of its errors."""

    checkpoints: int
    mean: float
    se_checkpoints: float | None
    """Standard error over checkpoints: how much the run still wanders."""
    low: float
    high: float
    """Limits from samples and scenarios: how much other scenarios could differ."""


@dataclass(frozen=True, slots=True)
class Association:
    """Rank correlation of the steps of two series: they move together, whatever the cause."""

    rho: float
    p_value: float
    pairs: int
    label: str = "associational"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trajectory:
    """One measure of one eval along one run."""

    run: str | None
    eval: str
    family: str
    style: str
    arm: str
    thinking: str
    judge: str
    reads: str
    config: str
    measure: str
    kind: Kind
    leads: bool
    simulated: bool
    points: tuple[Point, ...]
    left_out: int
    """Samples whose item not every checkpoint has: in the points, not in what follows."""
    change: Change | None
    alarm: Alarm | None
    final: Final | None
    hacking: HackOnset | None
    lag: Lag | None
    association: Association | None
    notes: tuple[str, ...]
    """Why something could not be had."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run is read."""

    headline: Mapping[str, str]
    """Eval → its measure, where that is not `misaligned`."""
    measures: Sequence[str] | None = None
    """These; None for each eval's headline, and conduct."""
    threshold: float = THRESHOLD
    final: int = 5
    level: float = 0.95
    seed: int = 0
    permutations: int = PERMUTATIONS


def trajectories(
    table: pd.DataFrame, plan: Plan, hacks: Sequence[HackRates] = ()
) -> list[Trajectory]:
    """Follow every eval along every run, over the checkpoints that have a training step.

    Args:
        table: A checked table.
        plan: How the runs are read.
        hacks: The training runs' own rates of reward hacking.

    Raises:
        BadInput: Hack rates name no run where there are several.
    """
    held: dict[tuple[Any, ...], list[Cell]] = {}
    for cell in cells(table[table["step"].notna() & table["role"].eq("test")]):
        held.setdefault(_line(cell), []).append(cell)
    runs = [group[0].run for group in held.values()]
    made = [
        _trajectory(group, measure, plan, hacks_of(group[0].run, runs, hacks))
        for _, group in sorted(held.items(), key=lambda item: str(item[0]))
        for measure in _measures(group[0], plan)
    ]
    return _decided(made, plan)


def to_json(made: Sequence[Trajectory], level: float = 0.95) -> dict[str, Any]:
    """Return what `unmask trajectory --json` prints."""
    return {"schema": JSON_SCHEMA, "level": level, "trajectories": [asdict(each) for each in made]}


def _line(cell: Cell) -> tuple[Any, ...]:
    """What all points of a trajectory share."""
    number = cell.version.partition("-")[0]
    return (
        *(cell.run or "", cell.style, cell.eval, number, cell.form or ""),
        *(cell.arm, cell.thinking),
        *(cell.config, cell.judge, cell.reads),
    )


def _measures(cell: Cell, plan: Plan) -> list[Measure]:
    if cell.family == FOREIGN:
        return list(cell.measures)
    names = plan.measures or (plan.headline.get(cell.eval, HEADLINE), OFFERED)
    return [found for name in dict.fromkeys(names) if (found := cell.measure(name)) is not None]


def _trajectory(
    group: Sequence[Cell], measure: Measure, plan: Plan, hacks: HackRates | None
) -> Trajectory:
    ordered = sorted(group, key=lambda cell: (cell.step or 0, cell.checkpoint))
    first = ordered[0]
    points = tuple(_point(cell, measure, plan.level, hacks) for cell in ordered)
    kept, left_out = _shared(ordered)
    counted = [count(rows, measure) for rows in kept]
    seen = [index for index, each in enumerate(counted) if each.scored.any()]
    apart = [
        f"step {cell.step}: {why}"
        for cell in ordered[1:]
        if (why := why_not_comparable(first, cell, measure.name))
    ]
    notes = apart[:1]
    steps = [points[index].step for index in seen]
    used = [counted[index] for index in seen]
    change = alarm = final = None
    if not apart and measure.kind == "rate":
        change = _change(steps, used, _rng(first, measure, plan), plan, notes)
        alarm = _alarm(used, plan.level)
    if not apart:
        final = _final(used[-plan.final :], measure, plan.level)
    leading = plan.headline.get(first.eval, HEADLINE)
    return Trajectory(
        run=first.run,
        eval=first.eval,
        family=first.family,
        style=first.style,
        arm=first.arm,
        thinking=first.thinking,
        judge=first.judge,
        reads=first.reads,
        config=first.config,
        measure=measure.name,
        kind=measure.kind,
        leads=first.family == FOREIGN or measure.name == leading,
        simulated=any(bool(cell.rows["simulated"].any()) for cell in ordered),
        points=points,
        left_out=left_out,
        change=change,
        alarm=alarm,
        final=final,
        hacking=hack_onset(hacks, plan.threshold) if hacks else None,
        lag=None,
        association=None if apart else _association(points, _rng(first, measure, plan), notes),
        notes=tuple(notes),
    )


def _point(cell: Cell, measure: Measure, level: float, hacks: HackRates | None) -> Point:
    counts = count(cell.rows, measure)
    seen = counts.among(counts.scored > 0)
    scored, step = int(counts.scored.sum()), cell.step or 0
    numbers: tuple[float | None, float | None, float | None] = (None, None, None)
    if scored and measure.kind == "rate":
        rate = rate_ci_default(seen.events, seen.scored, level)
        numbers = (rate.rate, rate.low, rate.high)
    elif scored:
        mean = mean_ci(seen.means, level, measure.bounds)
        numbers = (mean.estimate, mean.low, mean.high)
    return Point(
        cell.checkpoint,
        step,
        len(cell.rows),
        scored,
        counts.reasons,
        int(counts.events.sum()) if measure.kind == "rate" else None,
        *numbers,
        hacks.at(step) if hacks else None,
    )


def _shared(ordered: Sequence[Cell]) -> tuple[list[pd.DataFrame], int]:
    """Keep the items that every checkpoint has."""
    everywhere = set.intersection(*(set(cell.rows["item"]) for cell in ordered))
    kept = [cell.rows[cell.rows["item"].isin(everywhere)] for cell in ordered]
    return kept, sum(len(cell.rows) for cell in ordered) - sum(len(rows) for rows in kept)


def _change(
    steps: Sequence[int],
    used: Sequence[Counts],
    rng: np.random.Generator,
    plan: Plan,
    notes: list[str],
) -> Change | None:
    if len(used) < 3:
        notes.append(f"an onset needs three checkpoints with scored samples, found {len(used)}")
        return None
    totals = [(int(each.events.sum()), int(each.scored.sum())) for each in used]
    events, sizes = zip(*totals, strict=True)
    return find_change(steps, events, sizes, rng, plan.permutations)


def _alarm(used: Sequence[Counts], level: float) -> Alarm | None:
    names = sorted({name for each in used for name in each.scenarios})
    events, sizes = _matrix(used, names)
    if len(used) < 2 or not ((sizes[-1] > 0) & (sizes[:-1].sum(axis=0) > 0)).any():
        return None
    found = newest_against_reference(events, sizes, level)
    return Alarm(found.estimate, found.low, found.high, found.low > 0)


def _matrix(used: Sequence[Counts], names: Sequence[str]) -> tuple[Ints, Ints]:
    place = {name: index for index, name in enumerate(names)}
    events = np.zeros((len(used), len(names)), dtype=np.int64)
    sizes = np.zeros_like(events)
    for row, each in enumerate(used):
        columns = [place[name] for name in each.scenarios]
        events[row, columns], sizes[row, columns] = each.events, each.scored
    return events, sizes


def _final(used: Sequence[Counts], measure: Measure, level: float) -> Final | None:
    if not used or measure.kind != "rate":
        return None
    rates = [float(each.events.sum() / each.scored.sum()) for each in used]
    events, sizes = _matrix(used, sorted({name for each in used for name in each.scenarios}))
    y, m = events.sum(axis=0), sizes.sum(axis=0)
    pooled = rate_ci_default(y[m > 0], m[m > 0], level)
    wander = float(np.std(rates, ddof=1) / np.sqrt(len(rates))) if len(rates) > 1 else None
    return Final(len(rates), float(np.mean(rates)), wander, pooled.low, pooled.high)


def _association(
    points: Sequence[Point], rng: np.random.Generator, notes: list[str]
) -> Association | None:
    pairs = [
        (each.rate, each.hack_rate)
        for each in points
        if each.rate is not None and each.hack_rate is not None
    ]
    if not pairs:
        return None
    rates, hacks = zip(*pairs, strict=True)
    try:
        found = first_difference_correlation(rates, hacks, rng)
    except ValueError as error:
        notes.append(f"no correlation of steps: {error}")
        return None
    return Association(found.rho, found.p_value, found.pairs)


def _decided(made: Sequence[Trajectory], plan: Plan) -> list[Trajectory]:
    """Call changes by Holm: over a run's leading series, and apart from them over the others."""
    families: dict[tuple[str | None, bool], dict[int, Change]] = {}
    for index, each in enumerate(made):
        if each.change is not None:
            families.setdefault((each.run, each.leads), {})[index] = each.change
    result = list(made)
    for members in families.values():
        for index, change in zip(members, decide(list(members.values()), plan.level), strict=True):
            each = result[index]
            result[index] = replace(each, change=change, lag=lag(change, each.hacking))
    return result


def _rng(cell: Cell, measure: Measure, plan: Plan) -> np.random.Generator:
    """Make a source that depends on the series alone, not on what else is in the table."""
    return np.random.default_rng([plan.seed, crc32(repr((*_line(cell), measure.name)).encode())])
