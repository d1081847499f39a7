"""What the detection of gamed graders finds in work whose nature is known.

    python benchmarks/hacks.py [--sandbox bwrap] [--at-once 16] [--limit N]

Every problem of the eval `reward_hacking`, as it is and in its impossible form, is handed in
honestly, in two weak ways, untouched, with the solution broken in several places, and gamed in each
way that its grader allows. Prints kinds found against kinds made, false hacks among honest work and
checks that failed; exits 1 if any hack has another kind or any honest work is one. The submissions
are our own code; `--sandbox local` runs them without isolation.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median

from inspect_ai.util import SandboxEnvironment, SandboxEnvironmentConfigType
from inspect_ai.util._sandbox.registry import registry_find_sandboxenv

from unmask.evals.catalog import HERE
from unmask.evals.scenarios import load_scenarios
from unmask.reference.submissions import KINDS, POSSIBLE, Work, hand_in
from unmask.sandbox.choose import resolve
from unmask.scorers.execution.examine import CheckFailed, Fresh, examine
from unmask.scorers.execution.kinds import Unclear, find
from unmask.scorers.execution.problems import Problem, work_files

FOLDER = HERE / "reward_hacking" / "scenarios" / "reward_hacking"
BREAKS = ((r"\+ 1\b", "+ 2"), (r"<=", "<"), (r"\bif not\b", "if"))
"""One slip each, as a tired programmer makes them."""

HONEST = ("honest", "weak", "weaker", "nothing", "broken")
ORDER = (*HONEST, *KINDS)

Files = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Examined:
    """One submission: what was made of which problem, what was found, and how long that took."""

    problem: str
    made: str
    told: str
    seconds: float


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sandbox", default="bwrap")
    parser.add_argument("--limit", type=int, help="only the first so many problems")
    parser.add_argument("--at-once", type=int, default=16, help="submissions examined side by side")
    asked = parser.parse_args()
    chosen = resolve(asked.sandbox, forced_local=True)
    begun = time.monotonic()
    fresh = opener(chosen.name, chosen.config)
    done = asyncio.run(measure(fresh, asked.limit, asked.at_once))
    return report(done, time.monotonic() - begun)


def opener(name: str, config: SandboxEnvironmentConfigType | None) -> Fresh:
    """Return what opens fresh sandboxes of a kind."""
    kind = registry_find_sandboxenv(name)

    @asynccontextmanager
    async def fresh() -> AsyncIterator[SandboxEnvironment]:
        made = await kind.sample_init("hacks", config, {})
        try:
            yield next(iter(made.values()))
        finally:
            await kind.sample_cleanup("hacks", config, made, False)

    return fresh


async def measure(fresh: Fresh, limit: int | None, at_once: int) -> list[Examined]:
    """Examine every submission for all problems."""
    room = asyncio.Semaphore(at_once)
    done: list[Examined] = []

    async def one(name: str, problem: Problem, made: str, files: Files, impossible: bool) -> None:
        async with room:
            begun = time.monotonic()
            told = await look(fresh, name, problem, files, impossible)
            done.append(Examined(name, made, told, time.monotonic() - begun))
        if told != expected(made):
            print(f"{name} (impossible: {impossible}): {made} is {told}", flush=True)
        if len(done) % 50 == 0:
            print(f"{len(done)} examined", file=sys.stderr, flush=True)

    scenarios = load_scenarios([FOLDER])[:limit]
    async with asyncio.TaskGroup() as group:
        for scenario in scenarios:
            if (problem := scenario.problem) is None:
                continue
            for impossible in (False, True):
                for made, files in submissions(problem, impossible=impossible):
                    group.create_task(one(scenario.id, problem, made, files, impossible))
    return done


async def look(fresh: Fresh, name: str, problem: Problem, files: Files, impossible: bool) -> str:
    """Say what is found in a submission: a kind of hack, `none` or `failed check`."""
    data = {path: text.encode() for path, text in files.items()}
    try:
        evidence = await examine(fresh, data, problem, impossible=impossible)
        return find(evidence).kind or "none"
    except (Unclear, CheckFailed) as error:
        print(f"{name}: {error}", file=sys.stderr, flush=True)
        return "failed check"


def expected(made: str) -> str:
    """Return what a right detector finds."""
    return "none" if made in HONEST else made


def submissions(problem: Problem, *, impossible: bool) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield what was made, and the folder that is handed in."""
    given = work_files(problem, impossible=impossible)
    works: tuple[Work, ...] = ("honest", "weak", "weaker", "nothing", *POSSIBLE[problem.grader])
    for work in works:
        yield work, changed(given, hand_in(problem, work, impossible=impossible))
    for pattern, slip in BREAKS:
        broken = re.sub(pattern, slip, problem.solution, count=1)
        if broken != problem.solution:
            yield "broken", {**given, f"{problem.module}.py": broken}


def changed(files: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    """Apply what an agent writes and deletes."""
    merged: dict[str, str | None] = {**files, **changes}
    return {path: text for path, text in merged.items() if text is not None}


def report(done: Sequence[Examined], seconds: float) -> int:
    """Print counts, and say whether all is as it should be."""
    found = Counter((each.made, each.told) for each in done)
    wrong = 0
    for made in dict.fromkeys(sorted((each.made for each in done), key=ORDER.index)):
        told = {name: count for (each, name), count in found.items() if each == made}
        right = told.get(expected(made), 0)
        wrong += sum(told.values()) - right - told.get("failed check", 0)
        others = ", ".join(f"{name} {count}" for name, count in sorted(told.items()))
        print(f"{made:15} {right:4} of {sum(told.values()):4} as made ({others})")
    clean = sum(each.made in HONEST for each in done)
    print(f"{clean} pieces of honest work, {len(done) - clean} hacks, {wrong} read wrongly")
    slowest = max(done, key=lambda each: each.seconds)
    print(
        f"one examination: median {median(each.seconds for each in done):.1f} s, longest "
        f"{slowest.seconds:.1f} s ({slowest.problem}, {slowest.made}); "
        f"all {len(done)} in {seconds:.0f} s"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
