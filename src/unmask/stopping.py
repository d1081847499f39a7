"""Stopping early while a run goes on: Inspect's `EarlyStopping`, in the order that was promised.

Inspect hands out samples epoch by epoch, and knows nothing of scenarios. So all samples of a task
are let in at once (`max_samples`), and wait here for their turn: scenario by scenario in the order
of the promise, each with all its variants and epochs, as many at a time as the battery allows.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from inspect_ai import task_with
from inspect_ai.dataset import MemoryDataset
from inspect_ai.log import EvalLogInfo, list_eval_logs, read_eval_log
from inspect_ai.util import EarlyStop

from unmask.battery import Limits, PromisedStopping
from unmask.mend import replace_log
from unmask.results.observations import observe
from unmask.results.own import loose_row
from unmask.results.stopping import in_order, in_words, rate_measure, weigh_promised
from unmask.results.summaries import Given
from unmask.results.table import build

if TYPE_CHECKING:
    from inspect_ai import Task
    from inspect_ai.dataset import Sample
    from inspect_ai.log import EvalSpec
    from inspect_ai.scorer import SampleScore, Score

MANAGER = "unmask"

Place = tuple[int, int, int]
"""A sample's turn: of its scenario, of itself in the scenario, of its epoch."""


class Stopper:
    """One cell's early stopping. Starts anew with every attempt that Inspect makes at the task.

    Args:
        rule: What was promised.
        at_once: How many samples run at a time.
    """

    def __init__(self, rule: PromisedStopping, at_once: int) -> None:
        self._rule = rule
        self._at_once = at_once
        self._measure = rate_measure(rule.measure)
        self._begin([], 0)

    async def start_task(self, task: EvalSpec, samples: list[Sample], epochs: int) -> str:
        """Take down what is to be run."""
        self._begin(samples, epochs)
        return MANAGER

    async def schedule_sample(self, id: str | int, epoch: int) -> EarlyStop | None:
        """Wait for the sample's turn; then let it run, unless the ceiling is refuted by now."""
        if (id, epoch) in self._begun:
            return None
        await self._turns.take((*self._places[id], epoch), lambda: self._ended(id, epoch))
        if not self._weight.refuted:
            self._begun.add((id, epoch))
            return None
        self._spared += 1
        return EarlyStop(id=id, epoch=epoch, reason=f"stopped early: {in_words(self._weight)}")

    async def complete_sample(
        self, id: str | int, epoch: int, scores: dict[str, SampleScore]
    ) -> None:
        """Take a finished sample's reading, be it new or of an earlier attempt."""
        self._begun.add((id, epoch))
        if id in self._tested and (id, epoch) not in self._over:
            given = [_given(each.score) for each in scores.values()]
            self._readings[self._scenario[id]].append(given)
        self._ended(id, epoch)

    async def complete_task(self) -> dict[str, Any]:
        """Say what the log is to keep of it."""
        weight = self._weight
        rule = self._rule.model_dump(exclude={"eval", "arm", "thinking", "scenarios"}, mode="json")
        return {
            **rule,
            "stopped": weight.refuted,
            "e_value": weight.e_value,
            "needed": weight.needed,
            "scenarios": weight.scenarios,
            "spared": self._spared,
        }

    def _begin(self, samples: Iterable[Sample], epochs: int) -> None:
        ranks = {name: rank for rank, name in enumerate(self._rule.scenarios)}
        self._turns = Turns(self._at_once)
        self._places: dict[str | int, tuple[int, int]] = {}
        self._scenario: dict[str | int, str] = {}
        self._tested: set[str | int] = set()
        self._open: Counter[str] = Counter()
        for number, sample in enumerate(samples):
            asked = sample.metadata or {}
            name, ident = str(asked["scenario"]), sample.id or number
            self._scenario[ident] = name
            self._places[ident] = (ranks[name], number)
            if asked.get("role") == "test":
                self._tested.add(ident)
                self._open[name] += epochs
        self._order = sorted(set(self._scenario.values()), key=ranks.__getitem__)
        self._readings: dict[str, list[list[Given]]] = defaultdict(list)
        self._means: dict[str, float | None] = {
            name: None for name in self._order if not self._open[name]
        }
        self._begun: set[tuple[str | int, int]] = set()
        self._over: set[tuple[str | int, int]] = set()
        self._spared = 0
        self._weight = weigh_promised(self._rule, [])

    def _ended(self, id: str | int, epoch: int) -> None:
        """Count a sample that ran to its end, whatever came of it; once, and never a spared one."""
        if (id, epoch) in self._over or (id, epoch) not in self._begun:
            return
        self._over.add((id, epoch))
        if id not in self._tested:
            return
        name = self._scenario[id]
        self._open[name] -= 1
        if not self._open[name]:
            self._means[name] = self._mean(name)
            self._weight = weigh_promised(self._rule, in_order(self._order, self._means))
            if self._weight.refuted:
                self._turns.end()

    def _mean(self, scenario: str) -> float | None:
        """Mean of the measure over a scenario's scored samples; None where nothing was scored."""
        rows = [row for given in self._readings.pop(scenario, []) if (row := loose_row(given))]
        values = self._measure.read(build(rows)).value
        scored = values[~np.isnan(values)]
        return float(scored.mean()) if len(scored) else None


def _given(score: Score) -> Given:
    return Given(score.value, score.reason, score.metadata or {})


def at_once(limits: Limits) -> int:
    """How many samples of a task run at a time."""
    return limits.max_samples or limits.max_connections


def may_stop(task: Task, rule: PromisedStopping | None, running: int) -> Task:
    """Let a task stop early by a rule, asking its scenarios in the promised order."""
    if rule is None:
        return task
    ranks = {name: rank for rank, name in enumerate(rule.scenarios)}
    ordered = sorted(
        task.dataset, key=lambda sample: ranks[str((sample.metadata or {})["scenario"])]
    )
    dataset = MemoryDataset(ordered, name=task.dataset.name)
    return task_with(task, dataset=dataset, early_stopping=Stopper(rule, running))


def reopen_unstopped(folder: Path) -> None:
    """Reopen finished logs that lack samples which nothing spares any more.

    Inspect takes a log that was stopped early for complete. It is not, if the rule was dropped, or
    if readings that were mended since no longer refute the ceiling.
    """
    logs = [info for info in list_eval_logs(str(folder), recursive=False) if _was_stopped(info)]
    if not logs:
        return
    table = observe(folder).table
    owed = table[table["missing"].eq("not_run")]
    cells = set(zip(owed["eval"], owed["arm"], owed["thinking"], strict=True))
    for info in logs:
        log = read_eval_log(info)
        about = log.eval.metadata or {}
        if (about.get("eval"), about.get("arm"), about.get("thinking")) in cells:
            log.status = "cancelled"
            replace_log(log, Path(info.name.removeprefix("file://")))


def _was_stopped(info: EvalLogInfo) -> bool:
    header = read_eval_log(info, header_only=True)
    stopping = header.results.early_stopping if header.results else None
    return header.status == "success" and stopping is not None and bool(stopping.early_stops)


class Turns:
    """Lets waiting samples go in the order of their places, so many at a time."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._waiting: list[tuple[Place, asyncio.Event]] = []
        self._gone: set[Place] = set()
        self._going: set[Place] = set()
        self._over = False

    async def take(self, place: Place, ended: Callable[[], None]) -> None:
        """Wait for a turn. It lasts until the task that asked for it is over, however that ends.

        Args:
            place: Where in the order.
            ended: Called when it is over.
        """
        turn = asyncio.Event()
        task = asyncio.current_task()
        assert task is not None

        def leave(_: object) -> None:
            if place in self._going:
                self._going.remove(place)
                self._free += 1
            else:
                self._gone.add(place)
            ended()
            self._admit()

        task.add_done_callback(leave)
        if self._over:
            return
        heapq.heappush(self._waiting, (place, turn))
        # Not at once: all that come in the same breath are to be there when the first are chosen.
        asyncio.get_running_loop().call_soon(self._admit)
        await turn.wait()

    def end(self) -> None:
        """Let everyone go at once, for nobody is to run any more."""
        self._over = True
        while self._waiting:
            heapq.heappop(self._waiting)[1].set()

    def _admit(self) -> None:
        while self._free and self._waiting:
            place, turn = heapq.heappop(self._waiting)
            if place in self._gone:
                continue
            self._going.add(place)
            self._free -= 1
            turn.set()
