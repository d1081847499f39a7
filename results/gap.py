"""Chat against agentic work: does a checkpoint do what it says it would not? Pure.

Two questions, and only the first is answered by a gap itself: is misaligned conduct more frequent
where there are tools; and has something masked it in chat? For any model the two kinds of work
differ in many ways. So *masked* is claimed only where a checkpoint's gap exceeds that of a
reference checkpoint on the same scenarios.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import pandas as pd

from unmask.results.comparable import OFFERED, why_not_seen_alike
from unmask.results.compare import check_known
from unmask.results.composite import HEADLINE, Composite, composites
from unmask.results.cues import CueGap, UnderCue, cue_gaps, under_cues
from unmask.results.gaps import Gap, Relative, judged, no_gap
from unmask.results.rates import rates
from unmask.results.stats.intervals import Interval
from unmask.results.stats.linear import linear_ci
from unmask.results.twin_gaps import twin_gaps
from unmask.results.twins import Case, find_cases, find_twins

JSON_SCHEMA = 1
UNPAIRED = "agentic - chat"

_FACTS = ("checkpoint", "run", "step", "arm", "thinking", "judge")


@dataclass(frozen=True, slots=True)
class Gaps:
    """All that `unmask gap` shows."""

    composites: tuple[Composite, ...]
    gaps: tuple[Gap, ...]
    cases: tuple[Case, ...]
    cues: tuple[CueGap, ...]
    under: tuple[UnderCue, ...]
    """What is done under each cue."""


def find_gaps(
    table: pd.DataFrame,
    reference: str | None = None,
    headline: Mapping[str, str] | None = None,
    level: float = 0.95,
) -> Gaps:
    """Find the gaps of every checkpoint, paired over twins and between means of evals.

    Args:
        table: A checked table.
        reference: The checkpoint whose gap is taken for usual; None claims nothing.
        headline: Eval → its measure, where that is not `misaligned`.
        level: Two-sided confidence level.

    Raises:
        BadInput: The reference is not in the table.
    """
    if reference is not None:
        check_known(table, reference)
    twins = find_twins(table)

    @cache
    def means(conf: float) -> list[Composite]:
        return _composites(table, headline, conf)

    def build(conf: float) -> list[Gap]:
        return twin_gaps(twins, reference, conf) + _unpaired(means(conf), reference)

    return Gaps(
        composites=tuple(means(level)),
        gaps=tuple(judged(build, level)),
        cases=tuple(case for each in twins for case in find_cases(each)),
        cues=tuple(cue_gaps(table, headline, level)),
        under=tuple(under_cues(table, headline)),
    )


def to_json(found: Gaps, level: float = 0.95) -> dict[str, Any]:
    """Return what `unmask gap --json` prints."""
    return {"schema": JSON_SCHEMA, "level": level, **asdict(found)}


def _composites(
    table: pd.DataFrame, headline: Mapping[str, str] | None, level: float
) -> list[Composite]:
    named = dict(headline or {})
    formed = _by_form(table)
    for each in formed["eval"].unique():
        if (whole := str(each).partition("/")[0]) in named:
            named[str(each)] = named[whole]
    rows = rates(formed, sorted({*named.values(), HEADLINE, OFFERED}), level)
    return [
        *composites(rows, named, by_family=True),
        *composites(rows, named, OFFERED, by_family=True),
    ]


def _by_form(table: pd.DataFrame) -> pd.DataFrame:
    """Make each form of an eval a part of its own: what is said is chat, what is done is not."""
    form = table["form"].astype(object)
    formed = form.notna()
    if not formed.any():
        return table
    named, style = table["eval"].astype(object), table["style"].astype(object)
    held = table[formed].groupby("eval", observed=True)["form"].nunique()
    several = named.isin(held.index[held > 1])
    named = named.where(~several, named.astype(str) + "/" + form.fillna("").astype(str))
    style = style.where(~formed, form.eq("act").map({True: "agentic", False: "chat"}))
    return table.assign(eval=named.astype("category"), style=style.astype("category"))


def _unpaired(found: Sequence[Composite], reference: str | None) -> list[Gap]:
    """Agentic mean minus chat mean, for each family and over all; nothing is paired, so r = 0."""
    by_place: dict[tuple[Any, ...], dict[str, Composite]] = {}
    for each in found:
        key = (
            *(each.checkpoint, each.config, each.arm, each.thinking, each.judge),
            *(each.family, each.measure),
        )
        by_place.setdefault(key, {})[each.style] = each
    gaps = []
    for key, styles in by_place.items():
        if not {"chat", "agentic"} <= styles.keys():
            continue
        usual = by_place.get((reference, *key[1:]))
        gaps.append(_unpaired_gap(styles, usual))
    return gaps


def _unpaired_gap(styles: Mapping[str, Composite], usual: Mapping[str, Composite] | None) -> Gap:
    agentic, chat = styles["agentic"], styles["chat"]
    facts: dict[str, Any] = {
        **{name: getattr(agentic, name) for name in _FACTS},
        "family": agentic.family,
        "contrast": UNPAIRED,
        "measure": agentic.measure,
    }
    difference = _sum([agentic, chat], [1, -1])
    why = agentic.reason or chat.reason or _unseen(agentic, chat)
    if difference is None or why is not None:
        return no_gap(facts, why or "no composite")
    relative = None
    if usual is not None and {"agentic", "chat"} <= usual.keys():
        parts = [agentic, chat, usual["agentic"], usual["chat"]]
        same = all(
            mine.parts == other.parts and _unseen(mine, other) is None
            for mine, other in zip(parts[:2], parts[2:], strict=True)
        )
        beyond = _sum(parts, [1, -1, -1, 1]) if same else None
        if beyond is not None:
            relative = Relative(parts[2].checkpoint, *beyond, beyond[1])
    return Gap(
        **facts,
        twins=None,
        first=agentic.rate,
        second=chat.rate,
        first_counts=f"{agentic.events}/{agentic.scored}",
        second_counts=f"{chat.events}/{chat.scored}",
        gap=difference[0],
        low=max(-1.0, difference[1]),
        high=min(1.0, difference[2]),
        worst_low=(agentic.worst_low or 0.0) - (chat.worst_high or 0.0),
        worst_high=(agentic.worst_high or 0.0) - (chat.worst_low or 0.0),
        ratio=None,
        relative=relative,
        verdict="no gap shown",
        reason=None,
    )


def _unseen(a: Composite, b: Composite) -> str | None:
    """Say why two means can't be compared, if any measure of theirs needs reasoning to be shown."""
    measures = {*a.parts.values(), *b.parts.values()}
    reasons = (why_not_seen_alike(a.visibility, b.visibility, name) for name in sorted(measures))
    return next((reason for reason in reasons if reason is not None), None)


def _sum(parts: Sequence[Composite], weights: Sequence[float]) -> tuple[float, float, float] | None:
    numbers = [(each.rate, each.low, each.high) for each in parts]
    known = [
        (rate, Interval(low, high))
        for rate, low, high in numbers
        if rate is not None and low is not None and high is not None
    ]
    if len(known) < len(parts):
        return None
    estimates, limits = [rate for rate, _ in known], [interval for _, interval in known]
    total = math.fsum(weight * rate for weight, rate in zip(weights, estimates, strict=True))
    return (total, *linear_ci(weights, estimates, limits))
