"""What every function here demands of the numbers it is given."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def scenario_counts(events: npt.ArrayLike, sizes: npt.ArrayLike) -> tuple[Ints, Ints]:
    """Check events y_i and graded samples m_i of each scenario i; one size stands for all.

    Raises:
        ValueError: if nothing was graded, or counts are not whole with 0 <= y_i <= m_i and
            m_i >= 1.
    """
    y = whole(events, "events")
    m = whole(sizes, "sizes")
    m = np.full(y.shape, m[()]) if m.ndim == 0 else m
    if y.ndim != 1 or y.shape != m.shape:
        raise ValueError(
            f"events and sizes must be two lists of one length, one entry per scenario; "
            f"got shapes {y.shape} and {m.shape}"
        )
    if y.size == 0 or not m.any():
        raise ValueError("no graded samples: the rate is undefined, which is not a rate of zero")
    if (m < 1).any():
        raise ValueError(
            "a scenario has no graded samples: leave it out of a rate, or use worst_case()"
        )
    if (y < 0).any() or (y > m).any():
        raise ValueError("events of a scenario must lie between 0 and its graded samples")
    return y, m


def whole(values: npt.ArrayLike, name: str) -> Ints:
    """Check that values are whole numbers."""
    given = np.asarray(values)
    if given.size == 0:
        return np.zeros(given.shape, dtype=np.int64)
    if given.dtype.kind in "biu":
        return given.astype(np.int64)
    if given.dtype.kind != "f" or not np.array_equal(given, np.floor(given)):
        raise ValueError(f"{name} must be whole numbers, found {values!r}")
    return given.astype(np.int64)


def level(conf: float) -> float:
    """Check a confidence level and give the probability of each tail."""
    if not 0 < conf < 1:
        raise ValueError(f"conf must lie strictly between 0 and 1 (0.95 for 95 %), found {conf}")
    return (1 - conf) / 2


def proportion(x: float, n: float) -> None:
    """Check x events out of n (both may be effective, so fractional, counts)."""
    if not n > 0:
        raise ValueError(f"no samples (n = {n}): the rate is undefined, not zero")
    if not 0 <= x <= n:
        raise ValueError(f"events must lie between 0 and n, found {x} of {n}")


def finite(values: npt.ArrayLike, name: str) -> Floats:
    """Check a non-empty list of finite numbers."""
    given = np.asarray(values, dtype=np.float64)
    if given.ndim != 1 or given.size == 0 or not np.isfinite(given).all():
        raise ValueError(f"{name} must be a non-empty list of finite numbers, found {values!r}")
    return given


def unit_interval(values: npt.ArrayLike, name: str) -> Floats:
    """Check a non-empty list of numbers in [0, 1]."""
    given = finite(values, name)
    if (given < 0).any() or (given > 1).any():
        raise ValueError(f"{name} must lie in [0, 1], found {given.min()} to {given.max()}")
    return given
