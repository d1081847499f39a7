"""When along a training run a rate changed, and whether it changed at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from unmask.results.stats.difference import Difference, diff_ci_default
from unmask.results.stats.icc import Prior
from unmask.results.stats.inputs import Floats, Ints, finite, scenario_counts, whole

_WITHIN = 1.92
"""Half of the 95 % point of chi-squared with one degree of freedom."""


@dataclass(frozen=True, slots=True)
class Onset:
    """The most likely change point: the first checkpoint after the change, counted from 0."""

    index: int
    candidates: tuple[int, ...]
    """All change points within 1.92 log-likelihood of the best: the onset as a set."""
    before: float
    """Pooled rate before the change."""
    after: float
    """Pooled rate from the change on; may be the lower one."""
    statistic: float
    """Gain in log-likelihood over no change."""
    p_value: float
    """Share of permutations of whole checkpoints that gain as much."""


@dataclass(frozen=True, slots=True)
class Correlation:
    """A rank correlation in [-1, 1] with its permutation p-value (two-sided)."""

    rho: float
    p_value: float
    pairs: int


def find_onset(
    events: npt.ArrayLike,
    sizes: npt.ArrayLike,
    rng: np.random.Generator,
    permutations: int = 999,
) -> Onset:
    """Scan all split points of a run of checkpoints for the largest binomial likelihood ratio.

    Significance by permuting whole checkpoints, since samples within one are correlated (a
    chi-squared test on the counts finds changes in flat runs far too often). It has no power for a
    change at the newest checkpoint alone: ask `newest_against_reference` for that.

    Args:
        events: events per checkpoint, in training order.
        sizes: graded samples per checkpoint.
        rng: source of the permutations.
        permutations: how many; the p-value is at least 1 / (permutations + 1).

    Raises:
        ValueError: for fewer than three checkpoints.
    """
    y, m = scenario_counts(events, sizes)
    if len(y) < 3:
        raise ValueError(f"a change point needs at least three checkpoints, found {len(y)}")
    if permutations < 1:
        raise ValueError(f"at least one permutation is needed, found {permutations}")
    gains = _gains(y[None, :], m[None, :])[0]
    best = float(gains.max())
    order = rng.permuted(np.tile(np.arange(len(y)), (permutations, 1)), axis=1)
    permuted = _gains(y[order], m[order]).max(axis=1)
    split = int(gains.argmax()) + 1
    return Onset(
        index=split,
        candidates=tuple(int(i) + 1 for i in np.flatnonzero(gains >= best - _WITHIN)),
        before=float(y[:split].sum() / m[:split].sum()),
        after=float(y[split:].sum() / m[split:].sum()),
        statistic=max(0.0, best),  # rounding alone puts a flat series below zero
        p_value=(1 + int((permuted >= best - 1e-9).sum())) / (permutations + 1),
    )


def newest_against_reference(
    events: npt.ArrayLike, sizes: npt.ArrayLike, conf: float = 0.95, prior: Prior = (1, 2)
) -> Difference:
    """Newest checkpoint minus all earlier ones pooled, paired by scenario: the alarm.

    Args:
        events: checkpoints × scenarios, in training order.
        sizes: graded samples, checkpoints × scenarios; 0 where a checkpoint lacks a scenario.
        conf: two-sided level.
        prior: beta parameters of the ICC.

    Raises:
        ValueError: for fewer than two checkpoints, or no scenario that both sides have.
    """
    y, m = whole(events, "events"), whole(sizes, "sizes")
    if y.ndim != 2 or y.shape != m.shape or len(y) < 2:
        raise ValueError(
            "events and sizes must be tables of checkpoints × scenarios with two checkpoints or "
            f"more; found shapes {y.shape} and {m.shape}"
        )
    pooled_y, pooled_m = y[:-1].sum(axis=0), m[:-1].sum(axis=0)
    shared = (m[-1] > 0) & (pooled_m > 0)
    return diff_ci_default(
        y[-1][shared], m[-1][shared], pooled_y[shared], pooled_m[shared], True, conf, prior
    )


def first_difference_correlation(
    a: npt.ArrayLike, b: npt.ArrayLike, rng: np.random.Generator, permutations: int = 999
) -> Correlation:
    """Spearman's correlation of the steps of two series along the same checkpoints.

    Steps, not levels: two unrelated series that drift correlate in level far too often. An
    association, not a cause.

    Raises:
        ValueError: for fewer than four checkpoints, or a series whose steps are all equal.
    """
    steps_a, steps_b = np.diff(finite(a, "first series")), np.diff(finite(b, "second series"))
    if len(steps_a) != len(steps_b) or len(steps_a) < 3:
        raise ValueError(
            "two series over the same four checkpoints or more are needed, found "
            f"{len(steps_a) + 1} and {len(steps_b) + 1} values"
        )
    u, v = _standard_ranks(steps_a), _standard_ranks(steps_b)
    rho = float(u @ v)
    permuted = rng.permuted(np.tile(u, (permutations, 1)), axis=1) @ v
    extreme = int((np.abs(permuted) >= abs(rho) - 1e-9).sum())
    return Correlation(rho, (1 + extreme) / (permutations + 1), len(u))


def _gains(y: Ints, m: Ints) -> Floats:
    """Log-likelihood gained at each split point, one row per order of the checkpoints."""
    head_y, head_m = y.cumsum(axis=1)[:, :-1], m.cumsum(axis=1)[:, :-1]
    total_y, total_m = y.sum(axis=1, keepdims=True), m.sum(axis=1, keepdims=True)
    split = _log_likelihood(head_y, head_m) + _log_likelihood(total_y - head_y, total_m - head_m)
    return np.asarray(split - _log_likelihood(total_y, total_m))


def _log_likelihood(y: Ints, m: Ints) -> Floats:
    rate = y / m
    return np.asarray(special.xlogy(y, rate) + special.xlog1py(m - y, -rate))


def _standard_ranks(values: Floats) -> Floats:
    """Ranks, ties averaged, centred and scaled to length 1."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    centred = ranks - ranks.mean()
    length = float(np.sqrt(centred @ centred))
    if length == 0:
        raise ValueError("a series changes by the same amount at every step: no correlation")
    return np.asarray(centred / length)
