"""A training run's own rate of reward hacking, step by step: read from a file, never from evals."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from unmask.errors import BadInput
from unmask.results.stats import clopper_pearson

THRESHOLD = 0.02
"""Above this share of training episodes hacking has set in (arXiv 2511.18397, section 2)."""

_COLUMNS = ("step", "rate", "episodes", "run")


@dataclass(frozen=True, slots=True)
class HackRates:
    """Share of a run's training episodes that hacked, by training step in rising order."""

    run: str | None
    """None where the file names no run: it is that of the only run there is."""
    steps: tuple[int, ...]
    rates: tuple[float, ...]
    episodes: tuple[int, ...] | None
    """Episodes that each rate is of."""

    def at(self, step: int) -> float | None:
        """Return the rate at a step, or at the last one before it; None before the first."""
        before = [rate for each, rate in zip(self.steps, self.rates, strict=True) if each <= step]
        return before[-1] if before else None


@dataclass(frozen=True, slots=True)
class HackOnset:
    """When hacking set in: after one recorded step, and by the next."""

    threshold: float
    step: int | None
    """First recorded step above the threshold; null if there is none."""
    after: int | None
    """The recorded step before it; null if the run begins above the threshold."""
    certain: int | None
    """First step whose lower 95 % limit is above the threshold; null without episodes."""


def hack_onset(series: HackRates, threshold: float = THRESHOLD) -> HackOnset:
    """Find the first step at which more than that share of training episodes hacked."""
    over = [index for index, rate in enumerate(series.rates) if rate > threshold]
    first = over[0] if over else None
    certain = None
    if series.episodes is not None:
        counts = zip(series.steps, series.rates, series.episodes, strict=True)
        sure = (step for step, rate, n in counts if clopper_pearson(rate * n, n).low > threshold)
        certain = next(sure, None)
    return HackOnset(
        threshold,
        None if first is None else series.steps[first],
        None if not first else series.steps[first - 1],
        certain,
    )


def parse_hack_rates(text: str, where: str) -> list[HackRates]:
    """Read CSV with the columns step and rate (a fraction), and perhaps episodes and run.

    Raises:
        BadInput: A column is missing, or a line holds no step, no fraction or a step twice.
    """
    reader = csv.DictReader(io.StringIO(text))
    names = [name.strip() for name in reader.fieldnames or ()]
    reader.fieldnames = names
    if not {"step", "rate"} <= set(names) or not set(names) <= set(_COLUMNS):
        found = ", ".join(names) or "none"
        raise BadInput(
            f"{where}: expected the columns step, rate[, episodes][, run]; found {found}"
        )
    runs: dict[str | None, dict[int, tuple[float, int | None]]] = {}
    for number, line in enumerate(reader, 2):
        run = (line.get("run") or "").strip() or None
        step, rate, episodes = _line(line, f"{where}, line {number}")
        if step in runs.setdefault(run, {}):
            raise BadInput(f"{where}, line {number}: step {step} stands twice")
        runs[run][step] = (rate, episodes)
    if not runs:
        raise BadInput(f"{where}: no line below the header")
    return [_series(run, points) for run, points in runs.items()]


def hacks_of(
    run: str | None, runs: Sequence[str | None], given: Sequence[HackRates]
) -> HackRates | None:
    """Choose the series of one run; one without a name is that of the only run there is.

    Raises:
        BadInput: A series without a name could be that of several runs.
    """
    unnamed = [each for each in given if each.run is None]
    if unnamed and len(set(runs)) > 1:
        names = ", ".join(sorted(str(each) for each in set(runs)))
        raise BadInput(
            f"the hack rates name no run and there are several ({names}): add a column run"
        )
    fitting = [each for each in given if each.run in (None, run)]
    return fitting[0] if fitting else None


def _line(line: Mapping[str, str | None], where: str) -> tuple[int, float, int | None]:
    try:
        step, rate = int(line["step"] or ""), float(line["rate"] or "")
        episodes = int(line["episodes"] or "") if "episodes" in line else None
    except ValueError as error:
        raise BadInput(f"{where}: expected whole steps and episodes, and a rate; {error}") from None
    if not (math.isfinite(rate) and 0 <= rate <= 1) or step < 0:
        raise BadInput(
            f"{where}: found step {step}, rate {rate:g}; expected a step from 0 and a fraction "
            "from 0 to 1 (divide percentages by 100)"
        )
    if episodes is not None and episodes < 1:
        raise BadInput(f"{where}: found {episodes} episodes, expected at least 1")
    return step, rate, episodes


def _series(run: str | None, points: Mapping[int, tuple[float, int | None]]) -> HackRates:
    steps = tuple(sorted(points))
    episodes = tuple(n for step in steps if (n := points[step][1]) is not None)
    rates = tuple(points[step][0] for step in steps)
    return HackRates(run, steps, rates, episodes if len(episodes) == len(steps) else None)
