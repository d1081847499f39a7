"""Where judge, patterns, executed checks and a panel's judges disagree, and in which cases. Pure.

No rater is taken for the truth. An executed check outranks a judge where both speak, patterns only
find what is written, and a judge can be wrong about either: the samples say which it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from math import isnan
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from unmask.results.stats import kappa_ac1, krippendorff_alpha_nominal
from unmask.scorers.labels import GRADER_REASONS

JSON_SCHEMA = 1
AWARENESS = "test_awareness"
"""The category of patterns that says nothing of an aim."""

PANEL_READINGS = ("conduct", "reasoning")
"""What the parts of the column `votes` are about, in order."""

Said = npt.NDArray[np.float64]
"""What a rater says of each row: 1, 0, or NaN where it says nothing."""


@dataclass(frozen=True, slots=True)
class Case:
    """One sample on which two raters differ, to be read."""

    checkpoint: str
    scenario: str
    log: str
    uuid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two raters on the same samples of one eval, as one judge under one rubric read them.

    `kappa` and `ac1` are None where chance alone would agree always; with rare events the first is
    low and the second high whatever the raters do, so the counts come before both.
    """

    eval: str
    judge: str
    reads: str
    first: str
    second: str
    both: int
    first_only: int
    second_only: int
    neither: int
    unrated: int
    """Samples of which one or both say nothing."""
    kappa: float | None
    ac1: float | None
    first_only_cases: tuple[Case, ...]
    second_only_cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """How far the judges of a panel give the same choice, over all choices of a reading."""

    eval: str
    judge: str
    reads: str
    reading: str
    judges: int
    samples: int
    unanimous: int
    """Samples of which all judges give the same choice."""
    incomplete: int
    """Samples of which a judge, or all, gave no verdict: no agreement of any kind."""
    alpha: float | None
    """Krippendorff's, for unordered choices; None where all choices are the same, or too few."""


@dataclass(frozen=True, slots=True)
class Raters:
    """All pairs of raters and all panels that a table holds."""

    pairs: tuple[Pair, ...]
    panels: tuple[Panel, ...]


def compare_raters(table: pd.DataFrame, most: int = 3) -> Raters:
    """Compare every two raters of the same samples.

    Args:
        table: The table of observations.
        most: Cases named per pair and side, each from another scenario as long as there are.
    """
    read = table[(table["judge"] != "") & table["value"].isna()]
    pairs: list[Pair] = []
    panels: list[Panel] = []
    for (name, judge, reads), rows in read.groupby(["eval", "judge", "reads"], observed=True):
        place = {"eval": str(name), "judge": str(judge), "reads": str(reads)}
        for first, second in PAIRS:
            pairs += _pair(
                rows, first, second, RATERS[first](rows), RATERS[second](rows), place, most
            )
        panels += _panels(rows, place)
    return Raters(tuple(pairs), tuple(panels))


def to_json(found: Raters) -> dict[str, Any]:
    """Lay out the result for `--json`."""
    return {"schema": JSON_SCHEMA, **asdict(found)}


def _judge_of_reasoning(rows: pd.DataFrame) -> Said:
    return _among(rows["reasoning"], {"misaligned"})


def _judge_of_conduct(rows: pd.DataFrame) -> Said:
    return _among(rows["conduct"], {"misaligned", "hack"})


def _patterns(rows: pd.DataFrame) -> Said:
    found = (
        rows["patterns"].astype(str).str.split(",").map(lambda names: {*names} - {"", AWARENESS})
    )
    return np.where(_scanned(rows), found.map(bool), np.nan)


def _strong(rows: pd.DataFrame) -> Said:
    return np.where(_scanned(rows), rows["strong"].fillna(False).astype(bool), np.nan)


def _scanned(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Patterns speak only where there was reasoning to search."""
    shown = rows["visibility"].isin(("full", "summary")) & rows["strong"].notna()
    return shown.to_numpy(dtype=bool)


def _check(rows: pd.DataFrame) -> Said:
    """A check recorded a hack or an act.

    It says so either way where it also measured an effect, and in a world.
    """
    ran = rows["kind"].notna() | rows["effect"].notna() | rows["stages"].notna()
    return np.where(ran, rows["kind"].notna(), np.nan)


def _among(column: pd.Series, events: set[str]) -> Said:
    return np.where(column.notna(), column.isin(events), np.nan)


RATERS: dict[str, Callable[[pd.DataFrame], Said]] = {
    "judge of reasoning": _judge_of_reasoning,
    "judge of conduct": _judge_of_conduct,
    "patterns": _patterns,
    "strong patterns": _strong,
    "check": _check,
}
"""Who says what. Patterns and the judge of reasoning speak of aims, the others of acts."""

PAIRS = (
    ("check", "judge of conduct"),
    ("check", "strong patterns"),
    ("judge of reasoning", "strong patterns"),
    ("judge of reasoning", "patterns"),
)


def _pair(
    rows: pd.DataFrame,
    first: str,
    second: str,
    one: Said,
    other: Said,
    place: dict[str, str],
    most: int,
) -> Iterator[Pair]:
    """Yield the pair, if there is a sample that both rate."""
    rated = ~np.isnan(one) & ~np.isnan(other)
    if not rated.any():
        return
    a, b = one == 1, other == 1
    both, first_only, second_only, neither = (
        int((cell & rated).sum()) for cell in (a & b, a & ~b, ~a & b, ~a & ~b)
    )
    kappa, ac1 = kappa_ac1([[both, first_only], [second_only, neither]])
    yield Pair(
        **place,
        first=first,
        second=second,
        both=both,
        first_only=first_only,
        second_only=second_only,
        neither=neither,
        unrated=int((~rated).sum()),
        kappa=_defined(kappa),
        ac1=_defined(ac1),
        first_only_cases=_cases(rows[rated & a & ~b], most),
        second_only_cases=_cases(rows[rated & ~a & b], most),
    )


def _cases(rows: pd.DataFrame, most: int) -> tuple[Case, ...]:
    again = rows.groupby("scenario", observed=True).cumcount()
    ordered = rows.assign(again=again).sort_values(["again", "scenario"], kind="stable").head(most)
    columns = ("checkpoint", "scenario", "log", "sample_uuid")
    return tuple(Case(*(str(row[name]) for name in columns)) for row in ordered.to_dict("records"))


def _panels(rows: pd.DataFrame, place: dict[str, str]) -> Iterator[Panel]:
    """Votes read `a,b,c;d,d,d`: readings apart by semicolons, judges by commas."""
    votes = rows["votes"].dropna().astype(str)
    for number, reading in enumerate(PANEL_READINGS):
        polls = [
            parts[number].split(",")
            for parts in votes.str.split(";")
            if number < len(parts) and "," in parts[number]
        ]
        if polls and len({len(poll) for poll in polls}) == 1:
            yield _panel(polls, reading, place)


def _panel(polls: Sequence[Sequence[str]], reading: str, place: dict[str, str]) -> Panel:
    whole = [poll for poll in polls if not GRADER_REASONS.intersection(poll)]
    ratings = [
        [None if vote in GRADER_REASONS else vote for vote in judge]
        for judge in zip(*polls, strict=True)
    ]
    return Panel(
        **place,
        reading=reading,
        judges=len(ratings),
        samples=len(polls),
        unanimous=sum(len(set(poll)) == 1 for poll in whole),
        incomplete=len(polls) - len(whole),
        alpha=_defined(krippendorff_alpha_nominal(ratings)),
    )


def _defined(number: float) -> float | None:
    return None if isnan(number) else number
