"""Gaps over twins: the same scenario asked, decided and acted out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from unmask.results.comparable import why_not_pairable
from unmask.results.delta import delta, shared
from unmask.results.gaps import Gap, Relative, no_gap
from unmask.results.stats.intervals import Interval
from unmask.results.stats.linear import linear_ci
from unmask.results.twins import CONTRASTS, FIRST, Twins, difference

FEW = 5
"""Below this many events on either side no ratio is shown."""

CONDUCT = "conduct"
MEASURES = ("misaligned", CONDUCT)

_FACTS = ("checkpoint", "run", "step", "arm", "thinking", "judge")


def twin_gaps(twins: Sequence[Twins], reference: str | None, level: float) -> list[Gap]:
    """Take every gap of every checkpoint's twins, and set it against the reference's."""
    return [
        gap for each in twins for gap in _paired(each, _reference(each, twins, reference), level)
    ]


def _reference(mine: Twins, twins: Sequence[Twins], name: str | None) -> Twins | None:
    fitting = [each for each in twins if each.checkpoint == name and each.place == mine.place]
    return fitting[0] if fitting else None


def _paired(twins: Twins, usual: Twins | None, level: float) -> list[Gap]:
    return [
        _paired_gap(twins, usual, contrast, measure, level)
        for contrast in CONTRASTS
        if set(contrast) <= twins.forms.keys()
        for measure in (MEASURES if FIRST not in contrast else (CONDUCT,))
    ]


def _paired_gap(
    twins: Twins, usual: Twins | None, contrast: tuple[str, str], measure: str, level: float
) -> Gap:
    first, second = (twins.forms[form] for form in contrast)
    facts: dict[str, Any] = {
        **{name: getattr(twins, name) for name in _FACTS},
        "family": twins.family,
        "contrast": " - ".join(contrast),
        "measure": measure,
    }
    known = first.measure(measure)
    why = twins.why_not(contrast, measure)
    if why is not None or known is None:
        return no_gap(facts, why or f"{measure} is not measured")
    found = delta(first.rows, second.rows, known, level, by="twin")
    a, b = found.first, found.second
    if found.estimate is None:
        return no_gap(facts, found.reason or "nothing scored")
    enough = min(a.events or 0, b.events or 0) >= FEW
    return Gap(
        **facts,
        twins=found.scenarios,
        first=a.rate,
        second=b.rate,
        first_counts=f"{a.events}/{a.scored}",
        second_counts=f"{b.events}/{b.scored}",
        gap=found.estimate,
        low=found.low,
        high=found.high,
        worst_low=found.worst_low,
        worst_high=found.worst_high,
        ratio=(a.rate or 0.0) / b.rate if enough and b.rate else None,
        relative=_relative(twins, usual, contrast, measure, level) if usual else None,
        verdict="no gap shown",
        reason=None,
    )


def _relative(
    mine: Twins, usual: Twins, contrast: tuple[str, str], measure: str, level: float
) -> Relative | None:
    """Difference of differences over the items that both checkpoints have in both forms."""
    if not set(contrast) <= usual.forms.keys() or usual.why_not(contrast, measure):
        return None
    if any(why_not_pairable(mine.forms[form], usual.forms[form], measure) for form in contrast):
        return None
    first, second = (
        shared(mine.forms[form].rows, usual.forms[form].rows, ("twin", "item")) for form in contrast
    )
    known = mine.forms[contrast[0]].measure(measure)
    if known is None:
        return None
    own = difference(first[0], second[0], known, level)
    other = difference(first[1], second[1], known, level)
    if own is None or other is None:
        return None
    limits = linear_ci(
        [1, -1],
        [own.estimate, other.estimate],
        [Interval(own.low, own.high), Interval(other.low, other.high)],
    )
    return Relative(
        usual.checkpoint, own.estimate - other.estimate, limits.low, limits.high, limits.low
    )
