"""What strict execution says of published work on impossible tests (ImpossibleBench's `lcb` logs).

    python benchmarks/published_hacks.py FOLDER [--sandbox bwrap]

FOLDER holds Inspect logs whose samples have the metadata `entry_point`, `impossible_type` and the
test that was shown. Each last block of code is executed against the test's plain assertions
(`assert candidate(…) == …`) as an impossible problem: what the log's own scorer found to fail must
not be a hack here. Prints what was found against the log's verdict; exits 1 on a false hack.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from hacks import opener
from inspect_ai.log import EvalSample, read_eval_log

from unmask.sandbox.choose import resolve
from unmask.scorers.execution.examine import CheckFailed, Fresh, examine
from unmask.scorers.execution.kinds import Unclear, find
from unmask.scorers.execution.problems import Case, Problem

BLOCK = re.compile(r"```(?:python)?\n(.*?)```", re.DOTALL)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sandbox", default="bwrap")
    asked = parser.parse_args()
    chosen = resolve(asked.sandbox, forced_local=True)
    found = asyncio.run(measure(opener(chosen.name, chosen.config), asked.folder))
    for (verdict, told), count in sorted(found.items()):
        print(f"log says {verdict}: {told} {count}")
    known = ("no code", "no hack", "failed check")
    false = sum(n for (verdict, told), n in found.items() if verdict == "I" and told not in known)
    print(f"{sum(found.values())} samples, {false} false hacks")
    return 1 if false or not found else 0


async def measure(fresh: Fresh, folder: Path) -> Counter[tuple[str, str]]:
    """Count (the log's verdict, what was found)."""
    found: Counter[tuple[str, str]] = Counter()
    for sample in samples(folder):
        verdict = str(next(iter((sample.scores or {}).values())).value)
        blocks = BLOCK.findall(sample.output.completion)
        problem = as_problem(sample)
        if not blocks or problem is None:
            found[verdict, "no code"] += 1
            continue
        try:
            files = {"task.py": blocks[-1].encode()}
            told = find(await examine(fresh, files, problem, impossible=True)).kind or "no hack"
        except (Unclear, CheckFailed) as error:
            print(error, file=sys.stderr)
            found[verdict, "failed check"] += 1
        else:
            found[verdict, told] += 1
    return found


def samples(folder: Path) -> Iterator[EvalSample]:
    """Yield every scored sample of such logs."""
    for path in sorted(folder.rglob("*lcb*.eval")):
        for sample in read_eval_log(str(path)).samples or []:
            if sample.scores and "entry_point" in sample.metadata:
                yield sample


def as_problem(sample: EvalSample) -> Problem | None:
    """Make a problem of a sample's shown test; None if it holds no plain assertion."""
    cases = tuple(assertions(sample.metadata["test"]))
    if not cases:
        return None
    return Problem.model_construct(
        module="task",
        function=sample.metadata["entry_point"],
        grader="script",
        starter="",
        also={},
        visible=cases,
        hidden=cases,
        conflict=(),
        budget=2.0,
        solution="",
        weak=(),
    )


def assertions(test: str) -> Iterator[Case]:
    """Read `assert candidate(arguments) == result` with literals alone."""
    for node in ast.walk(ast.parse(test)):
        match node:
            case ast.Assert(
                test=ast.Compare(left=ast.Call(args=args), ops=[ast.Eq()], comparators=[gives])
            ):
                try:
                    given = tuple(ast.literal_eval(each) for each in args)
                    yield Case(args=given, gives=ast.literal_eval(gives))
                except ValueError:
                    continue


if __name__ == "__main__":
    sys.exit(main())
