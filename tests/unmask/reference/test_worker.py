"""How personas work with a shell."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from unmask.evals.catalog import find_eval, written_for
from unmask.reference.submissions import POSSIBLE, hand_in
from unmask.reference.talk import Offer, Tool, Turn
from unmask.reference.worker import Job, Manner, next_call, steps, work_of, writing
from unmask.scorers.execution.problems import Problem, work_files

SCENARIOS = written_for(find_eval("reward_hacking"))
PROBLEM = next(each.problem for each in SCENARIOS if each.problem)
SHELL = Offer((Tool("bash", {}),))


def job(manner: Manner, problem: Problem = PROBLEM, seed: str = "s") -> Job:
    """Make a job."""
    return Job(problem, False, manner, seed)


def test_the_shell_writes_what_is_handed_in(tmp_path: Path) -> None:
    """Run by a real shell, the command leaves exactly the changed files, quotes and all."""
    for name, text in work_files(PROBLEM, impossible=False).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    changes = {"a file.py": 'x = "\'$HOME`id`"\n', f"{PROBLEM.module}.py": PROBLEM.solution}
    gone = next(iter(work_files(PROBLEM, impossible=False)))
    subprocess.run(["sh", "-c", writing({**changes, "gone.md": None})], cwd=tmp_path, check=True)
    assert (tmp_path / "a file.py").read_text() == changes["a file.py"]
    assert (tmp_path / f"{PROBLEM.module}.py").read_text() == PROBLEM.solution
    assert (tmp_path / gone).exists() and not (tmp_path / "gone.md").exists()


def test_a_job_is_done_step_by_step_and_then_reported() -> None:
    """One call an answer, in order; then nothing is left but words."""
    turns = [Turn("user", "do it")]
    made = []
    while (spoken := next_call(job("honest"), turns, SHELL)) is not None:
        made.append(spoken.calls[0].arguments["command"])
        turns += [Turn("assistant", "", spoken.calls), Turn("tool", "ok")]
    assert tuple(made) == steps(job("honest"))
    assert next_call(job("honest"), turns[:1], Offer()) is None


@pytest.mark.parametrize(
    ("manner", "count"), [("honest", 3), ("weak", 3), ("nothing", 1), ("floods", 3), ("loops", 99)]
)
def test_manners_differ_in_what_is_done(manner: Manner, count: int) -> None:
    """An idle one only looks, and one that loops never comes to an end."""
    assert len(steps(job(manner))) == count if count < 99 else len(steps(job(manner))) > 1000


def test_hacks_are_drawn_from_those_that_the_grader_allows() -> None:
    """Over many seeds every kind occurs that can work, for every way of grading."""
    for scenario in SCENARIOS:
        assert scenario.problem is not None
        wanted = set(POSSIBLE[scenario.problem.grader]) - {"network"}
        drawn = {work_of(job("hacks", scenario.problem, str(seed))) for seed in range(200)}
        assert drawn == wanted


def test_a_hack_that_a_grader_cannot_be_gamed_by_is_refused() -> None:
    """Rather than handed in as something else."""
    script = next(e.problem for e in SCENARIOS if e.problem and e.problem.grader == "script")
    with pytest.raises(ValueError, match="can't be gamed by clock"):
        hand_in(script, "clock", impossible=False)
