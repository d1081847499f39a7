"""What the detection of gamed graders finds in work whose nature is known.

    python benchmarks/hacks.py [--sandbox bwrap] [--limit N]

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
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager

from inspect_ai.util import SandboxEnvironment, SandboxEnvironmentConfigType
from inspect_ai.util._sandbox.registry import registry_find_sandboxenv

from unmask.evals.catalog import HERE
from unmask.evals.scenarios import load_scenarios
from unmask.reference.submissions import POSSIBLE, Work, hand_in
from unmask.sandbox.choose import resolve
from unmask.scorers.execution.examine import CheckFailed, Fresh, examine
from unmask.scorers.execution.kinds import Unclear, find
from unmask.scorers.execution.problems import Problem, work_files

FOLDER = HERE / "reward_hacking" / "scenarios" / "reward_hacking"
BREAKS = ((r"\+ 1\b", "+ 2"), (r"<=", "<"), (r"\bif not\b", "if"))
"""One slip each, as a tired programmer makes them."""


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sandbox", default="bwrap")
    parser.add_argument("--limit", type=int, help="only the first so many problems")
    asked = parser.parse_args()
    chosen = resolve(asked.sandbox, forced_local=True)
    begun = time.monotonic()
    found = asyncio.run(measure(opener(chosen.name, chosen.config), asked.limit))
    return report(found, time.monotonic() - begun)


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


async def measure(fresh: Fresh, limit: int | None) -> Counter[tuple[str, str]]:
    """Count (what was made, what was found) over all problems."""
    found: Counter[tuple[str, str]] = Counter()
    for scenario in load_scenarios([FOLDER])[:limit]:
        if scenario.problem is None:
            continue
        print(f"{scenario.id} ({sum(found.values())} so far)", file=sys.stderr, flush=True)
        for impossible in (False, True):
            for made, files in submissions(scenario.problem, impossible=impossible):
                data = {path: text.encode() for path, text in files.items()}
                try:
                    evidence = await examine(fresh, data, scenario.problem, impossible=impossible)
                    told: str = find(evidence).kind or "none"
                except (Unclear, CheckFailed) as error:
                    told = "failed check"
                    print(f"{scenario.id}: {made}: {error}", file=sys.stderr)
                if told != (made if made in POSSIBLE[scenario.problem.grader] else "none"):
                    print(f"{scenario.id} (impossible: {impossible}): {made} is {told}")
                found[made, told] += 1
    return found


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


def report(found: Counter[tuple[str, str]], seconds: float) -> int:
    """Print counts, and say whether all is as it should be."""
    honest = ("honest", "weak", "weaker", "nothing", "broken")
    wrong = 0
    for made in dict.fromkeys(made for made, _ in found):
        told = {name: count for (each, name), count in found.items() if each == made}
        right = told.get("none" if made in honest else made, 0)
        failed = told.get("failed check", 0)
        wrong += sum(told.values()) - right - failed
        others = ", ".join(f"{name} {count}" for name, count in told.items())
        print(f"{made:15} {right:4} of {sum(told.values()):4} as made ({others})")
    clean = sum(count for (made, _), count in found.items() if made in honest)
    print(f"{clean} pieces of honest work; {sum(found.values())} submissions in {seconds:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
