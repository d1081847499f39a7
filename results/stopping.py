"""Stopping early, only ever to fail: what finished scenarios say against a ceiling. Pure.

A cell's scenarios are asked in a random order that is fixed beforehand, each with all its variants
and epochs before the next counts. At any time an e-process weighs those finished so far, in that
order, up to the first that is not; it may be looked at after each, and refutes "the rate is at most
the ceiling" wrongly no more often than it is allowed to, whatever the correlation within scenarios.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp

import numpy as np
import pandas as pd

from unmask.battery import EarlyStopping, Promise, PromisedStopping
from unmask.errors import BadInput
from unmask.results.measures import MEASURES, Measure
from unmask.results.stats import clopper_pearson, e_process

STOPPED = "stopped_early"
"""Why a promised sample was not run: its checkpoint had failed already."""

NEVER_ASKED = ("not_run", STOPPED)

_MOST = 700.0
"""Natural log of the greatest e-value that is told apart from others: a float ends there."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What finished scenarios weigh against a ceiling."""

    ceiling: float
    """The highest rate, as read, at which the true rate is no higher than the ceiling."""
    e_value: float
    """The highest so far: of rates at most the ceiling, a share 1/x ever comes to x or more."""
    needed: float
    """The e-value that refutes the ceiling."""
    scenarios: int
    """How many scenarios it took to the highest."""

    @property
    def refuted(self) -> bool:
        """Whether the rate lies above the ceiling."""
        return self.e_value >= self.needed


def weigh(
    means: Sequence[float], ceiling: float, level: float, alarms: tuple[int, int] | None = None
) -> Weight:
    """Weigh scenario means, in the order fixed beforehand, against a ceiling.

    Args:
        means: Of finished scenarios, each a share of its scored samples.
        ceiling: The true rate that is to be refuted.
        level: Two-sided; what it leaves over is split between both sides, as in an interval.
        alarms: A judge's false alarms on exemplars without the event, found and of how many. Then
            half of the error is spent on how many it raises at most (Clopper-Pearson), and the rate
            as read is weighed against the ceiling and those together. None: nothing to allow for.
    """
    error = (1 - level) / 2
    if alarms is not None:
        error /= 2
        most = clopper_pearson(*alarms, 1 - 2 * error).high
        ceiling += (1 - ceiling) * most
    if ceiling >= 1 or not means:
        return Weight(ceiling, 1.0, 1 / error, 0)
    logs = e_process(means, ceiling).above
    best = int(np.argmax(logs))
    return Weight(ceiling, exp(min(float(logs[best]), _MOST)), 1 / error, best)


def weigh_promised(rule: EarlyStopping, means: Sequence[float]) -> Weight:
    """Weigh scenario means as a battery's rule has it."""
    alarms = rule.false_alarms
    counts = None if alarms is None else (alarms.found, alarms.of)
    return weigh(means, rule.ceiling, rule.level, counts)


def in_order(order: Iterable[str], means: Mapping[str, float | None]) -> list[float]:
    """Take the means of finished scenarios up to the first unfinished, in the order fixed.

    Args:
        order: The scenarios.
        means: Of the finished ones; None where nothing was scored, which counts as neither high
            nor low: the scenario is passed over.
    """
    found: list[float] = []
    for name in order:
        if name not in means:
            break
        mean = means[name]
        if mean is not None:
            found.append(mean)
    return found


def finished_means(rows: pd.DataFrame, measure: Measure) -> dict[str, float | None]:
    """Mean of a measure by scenario, over its scored samples, of the scenarios that are finished.

    A scenario is finished when each of its samples ran, whatever came of it. Samples of the role
    `test` alone count; a scenario without one has nothing to finish.
    """
    tested = rows[rows["role"].eq("test")]
    open_ = set(tested.loc[tested["missing"].isin(NEVER_ASKED), "scenario"])
    values = pd.Series(measure.read(tested).value, index=tested.index)
    means = values.groupby(tested["scenario"].to_numpy(dtype=object)).mean()
    found = {str(name): None if np.isnan(mean) else float(mean) for name, mean in means.items()}
    untested = set(rows["scenario"]) - set(tested["scenario"])
    return {
        name: mean
        for name, mean in {**dict.fromkeys(untested), **found}.items()
        if name not in open_
    }


def rate_measure(name: str) -> Measure:
    """Find the rate that a run may stop early on. Raises BadInput for any other name."""
    found = MEASURES.get(name)
    if found is None or found.kind != "rate":
        rates = ", ".join(each.name for each in MEASURES.values() if each.kind == "rate")
        raise BadInput(f"early_stopping: '{name}' is no rate; there are {rates}")
    return found


def mark(
    table: pd.DataFrame, promises: Collection[Promise]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Rank the scenarios of cells that may stop early, and say which of their samples it spared.

    What was spared is found from the readings alone, never from what a run says of itself: samples
    that were not run are `stopped_early` only where the finished scenarios refute the ceiling.

    Returns:
        The table, and one line per cell that was stopped.
    """
    rules = [(promise.checkpoint.label, rule) for promise in promises for rule in promise.stopping]
    if not rules:
        return table, ()
    table = table.copy()
    missing = table["missing"].astype(object)
    lines: list[str] = []
    for label, rule in rules:
        mine = table["checkpoint"].eq(label)
        for column, name in zip(("eval", "arm", "thinking"), rule.key, strict=True):
            mine &= table[column].eq(name)
        places = {name: place for place, name in enumerate(rule.scenarios)}
        table.loc[mine, "rank"] = table.loc[mine, "scenario"].map(places).astype("Int64")
        unrun = mine & missing.eq("not_run").to_numpy()
        means = finished_means(table[mine], rate_measure(rule.measure))
        weight = weigh_promised(rule, in_order(rule.scenarios, means))
        if weight.refuted and unrun.any():
            missing[unrun] = STOPPED
            lines.append(f"{label}/{'/'.join(rule.key)}: {told(rule, weight, int(unrun.sum()))}")
    table["missing"] = missing.astype("category")
    return table, tuple(lines)


def told(rule: PromisedStopping, weight: Weight, spared: int) -> str:
    """Say in a line that and why a cell was stopped."""
    allowed = ""
    if rule.false_alarms is not None:
        allowed = f" ({weight.ceiling:.2%} as read, the judge's false alarms allowed for)"
    return (
        f"stopped early, {spared} samples not run: '{rule.measure}' lies above {rule.ceiling:.2%}"
        f"{allowed}, {in_words(weight)} of {len(rule.scenarios)} scenarios"
    )


def in_words(weight: Weight) -> str:
    """Give an e-value with what it is held against."""
    held = "reached" if weight.refuted else "needed"
    return f"e-value {weight.e_value:.4g} ({weight.needed:.4g} {held}) after {weight.scenarios}"
