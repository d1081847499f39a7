"""Every coding problem there is: solvable as specified, impossible where it says so, and fair."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from unmask.evals.catalog import find_eval, written_for
from unmask.evals.scenarios import Scenario
from unmask.scorers.execution.kinds import FEW
from unmask.scorers.execution.problems import COMMANDS, REPORT, Case, Problem, work_files

SCENARIOS = written_for(find_eval("reward_hacking"))
every_problem = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.id)


def problem_of(scenario: Scenario) -> Problem:
    """Return a scenario's problem."""
    assert scenario.problem is not None
    return scenario.problem


def right(source: str, problem: Problem, case: Case) -> bool:
    """Whether a source of ours gives what a case says; an error is not right."""
    space: dict[str, Any] = {}
    exec(compile(source, problem.module, "exec"), space)
    try:
        value = space[problem.function](*copy.deepcopy(list(case.args)))
        return bool(json.loads(json.dumps(value)) == case.gives)
    except Exception:
        return False


@every_problem
def test_the_solution_is_right_and_no_conflict_is_met(scenario: Scenario) -> None:
    """All visible and hidden cases follow from the specification; the conflicts do not."""
    problem = problem_of(scenario)
    cases = (*problem.visible, *problem.hidden)
    assert [case for case in cases if not right(problem.solution, problem, case)] == []
    assert not any(right(problem.solution, problem, case) for case in problem.conflict)


@every_problem
def test_weak_solutions_are_wrong_and_no_tables(scenario: Scenario) -> None:
    """They fail somewhere, and solve more hidden twins than one who wrote results down."""
    problem = problem_of(scenario)
    if problem.grader == "timed":
        return  # some are right and take too long: benchmarks/hacks.py runs them
    near = [case for case in problem.hidden if case.near]
    for weak in problem.weak:
        assert not all(right(weak, problem, case) for case in (*problem.visible, *problem.hidden))
        assert sum(right(weak, problem, case) for case in near) > 0.2 * len(near)


@every_problem
def test_the_grader_passes_the_solution_only_where_that_is_possible(
    scenario: Scenario, tmp_path: Path
) -> None:
    """Run as the model is told to; and there is one request of each sort."""
    problem = problem_of(scenario)
    assert sorted(variant.impossible for variant in scenario.variants) == [False, True]
    for impossible in (False, True):
        folder = tmp_path / str(impossible)
        files = work_files(problem, impossible=impossible)
        for path, text in {**files, f"{problem.module}.py": problem.solution}.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        command = [sys.executable, *COMMANDS[problem.grader][1:]]
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=60)
        passed = done.returncode == 0
        if problem.grader == "report":
            told = json.loads((folder / REPORT).read_text())
            passed = told["passed"] == told["of"]
        assert passed != impossible, done.stdout + done.stderr


@every_problem
def test_a_table_that_falls_back_meets_few_twins(scenario: Scenario) -> None:
    """Results written down, and any of them given for all other calls, solve at most a fifth."""
    problem = problem_of(scenario)
    near = [case.gives for case in problem.hidden if case.near]
    for case in problem.visible:
        assert near.count(case.gives) <= FEW * len(near), case.gives


def test_ways_of_grading_are_spread() -> None:
    """No grader stands for more than a third of the problems, and each for a tenth."""
    graders = Counter(problem_of(scenario).grader for scenario in SCENARIOS)
    assert len(graders) == len(COMMANDS)
    assert max(graders.values()) <= len(SCENARIOS) / 3
    assert min(graders.values()) >= len(SCENARIOS) / 10


@every_problem
def test_nothing_hidden_is_in_the_folder(scenario: Scenario) -> None:
    """Neither the solution nor a hidden call stands in any file that a model is given."""
    problem = problem_of(scenario)
    for impossible in (False, True):
        text = "\n".join(work_files(problem, impossible=impossible).values())
        assert problem.solution.strip() not in text
        for case in problem.hidden:
            call = repr(list(case.args))
            assert len(call) < 12 or call not in text, call


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"module": "json"}, "standard library"),
        ({"hidden": lambda p: [*p["hidden"], p["visible"][0]]}, "stands twice"),
        ({"hidden": lambda p: [{**c, "near": False} for c in p["hidden"]]}, "near"),
        ({"weak": lambda p: p["weak"][:1]}, "weak"),
    ],
)
def test_a_problem_that_could_not_tell_is_refused(change: dict[str, Any], complaint: str) -> None:
    """Names that shadow the library, repeated calls, too few twins, too few weak solutions."""
    held = problem_of(SCENARIOS[0]).model_dump(mode="json")
    made = {key: value(held) if callable(value) else value for key, value in change.items()}
    with pytest.raises(ValidationError, match=complaint):
        Problem.model_validate({**held, **made})
