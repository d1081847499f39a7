"""Simulated batteries: events per scenario at a known rate and intra-scenario correlation."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from unmask.results.stats import Rate, rate_ci_default

Shape = Literal["beta", "spike"]


def draw(
    shape: Shape,
    rate: float,
    icc: float,
    size: tuple[int, int],
    epochs: int,
    rng: np.random.Generator,
) -> npt.NDArray[np.int64]:
    """Events per scenario, `size` being repetitions × scenarios.

    `beta`: scenario rates follow a beta distribution. `spike`: a few scenarios trigger at
    rate + icc · (1 - rate) and the others never. Both have exactly the given rate and ICC.
    """
    if icc == 0:
        return rng.binomial(epochs, rate, size)
    if shape == "beta":
        precision = (1 - icc) / icc
        scenario_rates = rng.beta(rate * precision, (1 - rate) * precision, size)
    else:
        high = rate + icc * (1 - rate)
        scenario_rates = np.where(rng.random(size) < rate / high, high, 0.0)
    return rng.binomial(epochs, scenario_rates)


def shipped(events: npt.NDArray[np.int64], epochs: int) -> list[Rate]:
    """The shipped rate of each repetition; repetitions with the same counts are computed once."""
    return [_shipped(tuple(sorted(row)), epochs) for row in events.tolist()]


@lru_cache(maxsize=20_000)
def _shipped(events: tuple[int, ...], epochs: int) -> Rate:
    return rate_ci_default(events, epochs)
