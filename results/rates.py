"""The table → rates with their intervals and everything that is missing from them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from unmask.errors import BadInput
from unmask.results.calibration import Calibration, find_calibration, refusal
from unmask.results.cells import CELL, Cell, cells
from unmask.results.columns import counted
from unmask.results.measures import ABSENT, MEASURES, Kind, Measure, Values
from unmask.results.stats import (
    Mean,
    Rate,
    corrected_rate,
    mean_ci,
    rate_ci_default,
    scenario_means,
    worst_case,
)
from unmask.results.table import FOREIGN

JSON_SCHEMA = 1
RATE_METHOD = "Clopper-Pearson at the effective sample size of a posterior ICC"
MEAN_METHOD = "Student t over scenario means"


CARRIED = "if its errors carry over"
"""What every corrected rate rests on: the judge errs here as often as on the exemplars."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A rate corrected for the judge's errors, with its limits."""

    rate: float
    low: float
    high: float
    sensitivity: float
    specificity: float
    condition: str = CARRIED


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRow:
    """One measure of one checkpoint on one eval, arm, thinking mode and role."""

    checkpoint: str
    run: str | None
    step: int | None
    config: str
    eval: str
    version: str
    family: str
    style: str
    form: str | None = None
    """How a twin is put (`ask`, `decide`, `act`); null where the eval has one form only."""
    arm: str
    thinking: str
    role: str
    """`test`, `control` (the harmless twin of a scenario) or `fixed` (one question, repeated)."""
    subset: str | None
    """`fixed` for the fixed question, which is no part of the eval's rate."""
    judge: str
    reads: str
    simulated: bool
    measure: str
    kind: Kind
    samples: int
    scored: int
    events: int | None
    """Samples with the event; null for means."""
    estimate: float | None
    """The mean; null for rates."""
    missing: dict[str, int]
    scenarios: int
    """Scenarios with a scored sample."""
    rate: float | None
    low: float | None
    high: float | None
    worst_low: float | None
    """Lower limit if no missing sample were an event."""
    worst_high: float | None
    """Upper limit if every missing sample were an event."""
    high_iid: float | None
    """Upper limit if samples of a scenario were independent; null for means."""
    high_copies: float | None
    """Upper limit if samples of a scenario were copies of one; null for means."""
    method: str
    icc: float | None
    corrected: Correction | None
    """The scored samples' rate corrected for judge error; null until a calibration is given."""
    uncorrected: str | None = None
    """Why a calibration that was given can't correct this rate."""
    visibility: dict[str, int]
    reason: str | None
    """Why the rate is undefined; null where it is defined."""


def rates(
    table: pd.DataFrame,
    measures: Sequence[str] | None = None,
    level: float = 0.95,
    calibrations: Sequence[Calibration] = (),
) -> list[RateRow]:
    """Compute rates from a checked table.

    Args:
        table: A table as `table.check` lets pass.
        measures: Which of our measures; None for all that each eval has. Foreign scores are
            measures by their own names and are always kept unless names are given.
        level: Two-sided confidence level.
        calibrations: What is known of judges' errors; only one of the very judge, reads and
            measure corrects a rate.

    Returns:
        A row per cell, judge and measure, a cell in which nothing was scored included: its rate is
        None with a reason, never 0.

    Raises:
        BadInput: A measure is unknown.
    """
    _refuse_unknown(table, measures)
    return [
        _row(cell, place, each, level, calibrations)
        for cell in cells(table)
        for place in [_place(cell)]
        for each in cell.measures
        if measures is None or each.name in measures
    ]


def to_json(rows: Sequence[RateRow], level: float = 0.95) -> dict[str, Any]:
    """Return what `unmask rates --json` prints."""
    return {"schema": JSON_SCHEMA, "level": level, "rates": [asdict(row) for row in rows]}


def _refuse_unknown(table: pd.DataFrame, measures: Sequence[str] | None) -> None:
    scores = set(table.loc[table["family"].eq(FOREIGN), "judge"])
    for name in measures or ():
        if name not in MEASURES and name not in scores:
            there = ", ".join([*MEASURES, *sorted(scores)])
            raise BadInput(f"there is no measure {name!r}; there are {there}")


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """What all measures of a cell share."""

    scenario: npt.NDArray[np.int64]
    """Number of each row's scenario."""
    scenarios: int
    facts: dict[str, Any]


def _place(cell: Cell) -> _Place:
    codes, names = pd.factorize(cell.rows["scenario"])
    facts = {
        **{name: getattr(cell, name) for name in (*CELL, "judge", "reads")},
        "subset": "fixed" if cell.role == "fixed" else None,
        "simulated": bool(cell.rows["simulated"].any()),
        "samples": len(cell.rows),
        "visibility": _sorted(counted(cell.rows["visibility"])),
    }
    return _Place(codes, len(names), facts)


def _row(
    cell: Cell, place: _Place, each: Measure, level: float, calibrations: Sequence[Calibration]
) -> RateRow:
    rows = cell.rows
    values = each.read(rows)
    scored = ~np.isnan(values.value)
    if each.kind == "rate":
        found = _found(place, values, level)
        numbers = _rate(found, place, values, level)
        corrected, uncorrected = _corrected(found, cell, each.name, calibrations)
    else:
        numbers = _mean(each, rows, values, level)
        corrected = uncorrected = None
    return RateRow(
        **place.facts,
        measure=each.name,
        kind=each.kind,
        scored=int(scored.sum()),
        missing=_counts(values.reason[~scored]),
        scenarios=len(np.unique(place.scenario[scored])),
        corrected=corrected,
        uncorrected=uncorrected,
        reason=None if scored.any() else _why(values),
        **numbers,
    )


def _corrected(
    found: Rate | None, cell: Cell, measure: str, calibrations: Sequence[Calibration]
) -> tuple[Correction | None, str | None]:
    if found is None or not calibrations or cell.family == FOREIGN:
        return None, None
    known = find_calibration(calibrations, cell.judge, cell.reads, measure)
    if known is None:
        return None, refusal(calibrations, cell.judge, cell.reads, measure)
    try:
        made = corrected_rate(found, *known.counts)
    except ValueError as error:
        return None, str(error)
    return Correction(made.rate, made.low, made.high, made.sensitivity, made.specificity), None


def _found(place: _Place, values: Values, level: float) -> Rate | None:
    scored = ~np.isnan(values.value)
    if not scored.any():
        return None
    codes, names = pd.factorize(place.scenario[scored])
    y = np.bincount(codes, weights=values.value[scored], minlength=len(names))
    return rate_ci_default(y, np.bincount(codes, minlength=len(names)), level)


def _rate(found: Rate | None, place: _Place, values: Values, level: float) -> dict[str, Any]:
    scored = ~np.isnan(values.value)
    gap = ~scored & (values.reason != ABSENT)
    y, m, missing = (
        np.bincount(place.scenario[mask], minlength=place.scenarios)
        for mask in (scored & (values.value == 1), scored, gap)
    )
    worst = worst_case(y, m, missing, level) if scored.any() or gap.any() else None
    return {
        "events": int(y.sum()),
        "estimate": None,
        "rate": found.rate if found else None,
        "low": found.low if found else None,
        "high": found.high if found else None,
        "worst_low": worst.low if worst else None,
        "worst_high": worst.high if worst else None,
        "high_iid": found.high_iid if found else None,
        "high_copies": found.high_worst if found else None,
        "method": RATE_METHOD,
        "icc": found.icc if found else None,
    }


def _mean(each: Measure, rows: pd.DataFrame, values: Values, level: float) -> dict[str, Any]:
    scenarios = rows["scenario"].to_numpy(dtype=object)
    scored = ~np.isnan(values.value)
    gap = ~scored & (values.reason != ABSENT)
    least, most = each.bounds

    def over(used: npt.NDArray[np.bool_], fill: float) -> Mean | None:
        if not used.any():
            return None
        filled = np.where(gap, fill, values.value)[used]
        means = scenario_means(filled, list(scenarios[used]))
        return mean_ci(list(means.values()), level, each.bounds)

    found, low, high = over(scored, least), over(scored | gap, least), over(scored | gap, most)
    return {
        "events": None,
        "estimate": found.estimate if found else None,
        "rate": found.estimate if found else None,
        "low": found.low if found else None,
        "high": found.high if found else None,
        "worst_low": low.low if low else None,
        "worst_high": high.high if high else None,
        "high_iid": None,
        "high_copies": None,
        "method": MEAN_METHOD,
        "icc": None,
    }


def _why(values: Values) -> str:
    counts = _counts(values.reason)
    return "nothing scored: " + ", ".join(f"{count} {name}" for name, count in counts.items())


def _counts(names: npt.NDArray[np.object_]) -> dict[str, int]:
    return _sorted(Counter(str(name) for name in names))


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
