"""p-values adjusted for asking several questions at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from unmask.results.stats.inputs import Floats, unit_interval


def holm_adjust(p: npt.ArrayLike) -> list[float]:
    """Adjust for the chance of any false claim (Holm 1979), in the given order."""
    raw = unit_interval(p, "p-values")
    order = np.argsort(raw, kind="stable")
    stepped = np.maximum.accumulate(raw[order] * np.arange(len(raw), 0, -1))
    return _restore(stepped, order, raw)


def bh_adjust(p: npt.ArrayLike) -> list[float]:
    """Adjust for the share of false claims (Benjamini & Hochberg 1995), in the given order."""
    raw = unit_interval(p, "p-values")
    order = np.argsort(raw, kind="stable")
    stepped = raw[order] * len(raw) / np.arange(1, len(raw) + 1)
    return _restore(np.minimum.accumulate(stepped[::-1])[::-1], order, raw)


def _restore(stepped: Floats, order: npt.NDArray[np.intp], raw: Floats) -> list[float]:
    adjusted = np.empty_like(stepped)
    adjusted[order] = np.minimum(stepped, 1)
    # Rounding may leave an adjusted value a hair below its raw one.
    return [float(value) for value in np.maximum(adjusted, raw)]
