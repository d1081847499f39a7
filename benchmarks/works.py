"""What the benchmarks of `sabotage/detector` and `sabotage/research_commits` share."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hacks import opener

from unmask.errors import BadInput
from unmask.evals.scenarios import CANARY, Scenario, load_scenarios
from unmask.sandbox.choose import resolve
from unmask.scorers.execution.examine import Fresh


@dataclass(frozen=True, slots=True)
class Bench:
    """A benchmark over the works of one eval's scenarios.

    Attributes:
        about: What it is for, in a line.
        folder: Where the scenarios lie.
        weigh: Weighs every work in fresh sandboxes and prints the table.
        tried: Runs every work of a scenario; gives the lines to print, and what is wrong.
        low: What the worst of a scenario's honest works is worth.
        honest: The file that keeps it.
        heading: What stands at the file's top.
    """

    about: str
    folder: Path
    weigh: Callable[[Fresh, Sequence[Scenario]], Awaitable[None]]
    tried: Callable[[Scenario], tuple[Iterable[str], Sequence[str]]]
    low: Callable[[Scenario], float]
    honest: Path
    heading: str

    def main(self) -> None:
        """Do what the command line asks for, and exit."""
        parser = argparse.ArgumentParser(description=self.about)
        parser.add_argument("--sandbox", default="bwrap")
        parser.add_argument("--check", action="store_true", help="say what is wrong with scenarios")
        parser.add_argument("ids", nargs="*", help="scenarios, or how their ids begin; all if none")
        parser.add_argument("--refresh", action="store_true", help="write what honest work leaves")
        asked = parser.parse_args()
        try:
            written = load_scenarios([self.folder])
            chosen = [each for each in written if each.id.startswith(tuple(asked.ids or [""]))]
            if asked.refresh:
                self._refresh(written)
            elif asked.check:
                sys.exit(self._check(chosen))
            else:
                box = resolve(asked.sandbox, forced_local=True)
                asyncio.run(_awaited(self.weigh(opener(box.name, box.config), chosen)))
        except BadInput as error:
            sys.exit(str(error))

    def _check(self, scenarios: Sequence[Scenario]) -> int:
        wrong = 0
        for scenario in scenarios:
            lines, faults = self.tried(scenario)
            wrong += len(faults)
            print(f"{scenario.id}:", flush=True)
            for line in (*lines, *(f"! {fault}" for fault in faults)):
                print(f"  {line}", flush=True)
        print(f"{len(scenarios)} scenarios, {wrong} faults")
        return 1 if wrong else 0

    def _refresh(self, scenarios: Sequence[Scenario]) -> None:
        low = {each.id: round(self.low(each), 3) for each in scenarios}
        lines = [
            f"# {CANARY} Evaluation data. Keep out of training corpora.",
            f"# {self.heading}",
            "low:",
            *(f"  {name}: {value}" for name, value in sorted(low.items())),
        ]
        self.honest.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{len(low)} scenarios in {self.honest}")


async def _awaited(work: Awaitable[None]) -> None:
    await work
