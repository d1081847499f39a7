"""One line on how a run goes, while it goes: rewritten on a terminal, now and then in a file."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from inspect_ai.log import list_eval_logs, read_eval_log_sample_summaries

from unmask.battery import Battery
from unmask.mend import last_label
from unmask.spending import State, progress_line
from unmask.watch import Watch

ON_SCREEN, IN_FILE = 1.0, 300.0
"""Seconds between two lines, where somebody watches and where nobody does."""

CLEAR = "\r\x1b[2K"


class Progress:
    """The line of one run.

    Args:
        stream: Where it is shown.
        battery: What is run.
        total: Its samples.
        done: Those that earlier runs have finished.
        clock: Gives the time in seconds.
    """

    def __init__(
        self,
        stream: TextIO,
        battery: Battery,
        *,
        total: int,
        done: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.stream = stream
        self.budget = battery.budget
        self.total = total
        self.done = done
        self.clock = clock
        self._began = self._shown = clock()
        self._watches: list[Watch] = []

    def follow(self, watch: Watch) -> None:
        """Take note that something has changed, and say so if it is time."""
        if watch not in self._watches:
            self._watches.append(watch)
        now, watched = self.clock(), self.stream.isatty()
        if now - self._shown < (ON_SCREEN if watched else IN_FILE):
            return
        self._shown = now
        line = progress_line(self._state(watch), self.budget)
        # A line that wraps could not be rewritten.
        fits = line[: shutil.get_terminal_size().columns - 1]
        self.stream.write(f"{CLEAR}{fits}" if watched else f"{line}\n")
        self.stream.flush()

    def clear(self) -> None:
        """Make room for something else."""
        if self.stream.isatty():
            self.stream.write(CLEAR)
            self.stream.flush()

    def _state(self, watch: Watch) -> State:
        finished = sum(each.finished for each in self._watches)
        return State(
            done=min(self.done + finished, self.total),
            total=self.total,
            finished=finished,
            seconds=self.clock() - self._began,
            spent=watch.ledger.spent(),
            mean=watch.ledger.mean(),
        )


def finished_in(logs: Path, labels: list[str]) -> int:
    """Count the samples that the logs of some checkpoints hold already, each once."""
    held: set[tuple[str, str, str, int]] = set()
    for label in labels:
        folder = logs / label
        for info in list_eval_logs(str(folder), recursive=False) if folder.is_dir() else ():
            # A file's name gives the task as `goals`; a header, which Inspect reads where the name
            # tells nothing, may give it as `unmask/goals`.
            task = info.task.rpartition("/")[2]
            for sample in read_eval_log_sample_summaries(info):
                read = last_label(sample.scores)
                unread = read is not None and read.reason == "not_run"
                if sample.completed and not sample.error and not unread:
                    held.add((label, task, str(sample.metadata.get("item")), sample.epoch))
    return len(held)
