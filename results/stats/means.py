"""Means of a continuous effect over scenarios, such as Youden's J, and their differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from unmask.results.stats.inputs import Floats, finite, level, whole
from unmask.results.stats.intervals import clopper_pearson
from unmask.results.stats.numeric import t_quantile


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over scenarios with its limits, in the unit of the effect."""

    estimate: float
    low: float
    high: float
    scenarios: int
    level: float


def scenario_means(values: npt.ArrayLike, scenarios: Sequence[str]) -> dict[str, float]:
    """Mean effect of each scenario's samples, so that no scenario weighs more for its epochs."""
    given = finite(values, "values")
    if len(given) != len(scenarios):
        raise ValueError(f"found {len(given)} values for {len(scenarios)} scenario names")
    groups: dict[str, list[float]] = {}
    for value, scenario in zip(given.tolist(), scenarios, strict=True):
        groups.setdefault(scenario, []).append(value)
    return {scenario: float(np.mean(group)) for scenario, group in groups.items()}


def mean_ci(
    values: npt.ArrayLike,
    conf: float = 0.95,
    bounds: tuple[float, float] = (-1.0, 1.0),
) -> Mean:
    """Mean of one value per scenario with Student's t limits on k - 1 degrees of freedom.

    Where all k scenarios agree, t would give a width of 0. Then a share of unseen scenarios up to
    the Clopper–Pearson limit of 0 in k may lie at the bounds, and the limits say so. One scenario
    alone says nothing about others: its limits are the bounds.

    Args:
        values: one mean per scenario, scenarios independent.
        conf: two-sided level.
        bounds: least and greatest value the effect can take; limits stay within.

    Raises:
        ValueError: for no values (the mean is undefined, not 0), or values outside the bounds.
    """
    x = finite(values, "scenario means")
    least, greatest = bounds
    if (x < least - 1e-12).any() or (x > greatest + 1e-12).any():
        raise ValueError(f"values must lie in [{least}, {greatest}], found {x.min()} to {x.max()}")
    tail, k, mean = level(conf), len(x), float(x.mean())
    if k == 1:
        return Mean(mean, least, greatest, 1, conf)
    spread = float(x.std(ddof=1))
    if spread <= 1e-12 * (greatest - least):
        unseen = clopper_pearson(0, k, conf).high
        low, high = mean - unseen * (mean - least), mean + unseen * (greatest - mean)
    else:
        half = t_quantile(tail, k - 1) * spread / sqrt(k)
        low, high = mean - half, mean + half
    return Mean(mean, max(least, low), min(greatest, high), k, conf)


def worst_case_mean(
    values: npt.ArrayLike,
    sizes: npt.ArrayLike,
    missing: npt.ArrayLike,
    conf: float = 0.95,
    bounds: tuple[float, float] = (-1.0, 1.0),
) -> Mean:
    """Limits of a mean with every missing sample at one bound, then at the other.

    The estimate is that of the scenarios with a value; limits are never narrower than theirs.

    Args:
        values: mean effect per scenario over its valid samples; anything (NaN) where it has none.
        sizes: valid samples per scenario.
        missing: samples per scenario that were asked for and have no effect.
        conf: two-sided level.
        bounds: least and greatest value the effect can take.

    Raises:
        ValueError: if no scenario has a value, or counts are impossible.
    """
    x = np.asarray(values, dtype=np.float64)
    m = np.broadcast_to(whole(sizes, "sizes"), x.shape)
    absent = np.broadcast_to(whole(missing, "missing samples"), x.shape)
    if (m < 0).any() or (absent < 0).any():
        raise ValueError("sizes and missing samples must be at least 0")
    alone = mean_ci(x[m > 0], conf, bounds)
    asked = m + absent > 0
    total = np.where(m > 0, x, 0.0) * m
    low, high = (
        mean_ci(((total + absent * bound)[asked] / (m + absent)[asked]), conf, bounds)
        for bound in bounds
    )
    return Mean(
        alone.estimate, min(alone.low, low.low), max(alone.high, high.high), alone.scenarios, conf
    )


def mean_difference_ci(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    conf: float = 0.95,
    bounds: tuple[float, float] = (-1.0, 1.0),
) -> Mean:
    """Mean of first - second, paired by scenario; `bounds` are those of one side.

    Raises:
        ValueError: if the sides differ in length: keep the scenarios both have.
    """
    a, b = _aligned(first, second)
    width = bounds[1] - bounds[0]
    return mean_ci(a - b, conf, (-width, width))


def difference_of_differences_ci(
    control: npt.ArrayLike,
    test: npt.ArrayLike,
    reference_control: npt.ArrayLike,
    reference_test: npt.ArrayLike,
    conf: float = 0.95,
    bounds: tuple[float, float] = (-1.0, 1.0),
) -> Mean:
    """Mean of (control - test) minus the same for a reference checkpoint, paired by scenario.

    With J as the effect this is sabotage: how much more is lost under the safety meaning than a
    reference loses. `bounds` are those of one side.
    """
    own = np.subtract(*_aligned(control, test))
    usual = np.subtract(*_aligned(reference_control, reference_test))
    width = bounds[1] - bounds[0]
    return mean_difference_ci(own, usual, conf, (-width, width))


def _aligned(first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[Floats, Floats]:
    a, b = finite(first, "first side"), finite(second, "second side")
    if len(a) != len(b):
        raise ValueError(
            f"paired sides must share their scenarios, found {len(a)} and {len(b)}: "
            "keep the scenarios both have"
        )
    return a, b
