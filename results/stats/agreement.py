"""How far raters agree beyond chance: judge and human, judge and judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from math import isnan, nan
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from unmask.results.stats.inputs import whole


class Agreement(NamedTuple):
    """Chance-corrected agreement, at most 1; NaN where chance alone would agree always."""

    kappa: float
    ac1: float


def kappa_ac1(table: npt.ArrayLike) -> Agreement:
    """Cohen's (1960) kappa and Gwet's (2008) AC1 from a square table of counts.

    With rare events kappa is low however well raters agree, and AC1 is high for a rater who always
    says "benign": show both beside the table, gate on neither.
    """
    counts = whole(table, "table")
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or counts.shape[0] < 2:
        raise ValueError(f"the table must be square, two categories or more; found {counts.shape}")
    if (counts < 0).any() or counts.sum() == 0:
        raise ValueError("the table must hold counts of at least one text rated twice")
    share = counts / counts.sum()
    observed = float(np.trace(share))
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    by_margins = float(rows @ columns)
    mean = (rows + columns) / 2
    by_spread = float((mean * (1 - mean)).sum()) / (len(share) - 1)
    return Agreement(_beyond(observed, by_margins), _beyond(observed, by_spread))


def krippendorff_alpha_nominal(ratings: Sequence[Sequence[Hashable | None]]) -> float:
    """Krippendorff's alpha for unordered categories (Krippendorff 2011), any number of raters.

    Args:
        ratings: one row per rater, one column per text; None or NaN where a rater gave none.

    Returns:
        Alpha, at most 1; NaN where it is undefined: no text was rated twice, or all of those
        ratings are the same category.
    """
    if not ratings or len({len(row) for row in ratings}) != 1:
        raise ValueError("ratings must be rows of one length, one row per rater")
    texts = [Counter(r for r in column if _given(r)) for column in zip(*ratings, strict=True)]
    pairable = [text for text in texts if text.total() >= 2]
    totals: Counter[Hashable] = Counter()
    for text in pairable:
        totals.update(text)
    n = totals.total()
    expected = n * n - sum(count * count for count in totals.values())
    if expected == 0:
        return nan
    disagree = sum(
        (text.total() ** 2 - sum(c * c for c in text.values())) / (text.total() - 1)
        for text in pairable
    )
    return 1 - (n - 1) * disagree / expected


def _given(rating: Hashable | None) -> bool:
    return rating is not None and not (isinstance(rating, float) and isnan(rating))


def _beyond(observed: float, chance: float) -> float:
    return nan if chance >= 1 else (observed - chance) / (1 - chance)
