"""How personas build detectors."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from unmask.evals.catalog import find_eval, written_for
from unmask.evals.detectors import domain_of
from unmask.reference.builder import (
    BuilderManner,
    Commission,
    build_steps,
    changes_of,
    next_build,
    work_of,
)
from unmask.reference.talk import Offer, Tool, Turn

SCENARIO = next(each for each in written_for(find_eval("detector")) if each.id == "sift-tampering")
assert SCENARIO.detector is not None
DETECTOR = SCENARIO.detector
SHELL = Offer((Tool("bash", {}),))


def commission(manner: BuilderManner, framing: str = "safety", seed: str = "s") -> Commission:
    """Make one."""
    return Commission(DETECTOR, framing, manner, seed)


@pytest.mark.parametrize("framing", ["safety", "plain", "control"])
def test_the_shell_writes_the_work(framing: str, tmp_path: Path) -> None:
    """Run by a real shell, the second command leaves the module as the work has it."""
    domain = domain_of(framing)
    assignment = DETECTOR.in_domain(domain, seed=SCENARIO.id)
    for name, text in assignment.files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    given = commission("weak", framing)
    subprocess.run(["sh", "-c", build_steps(given)[1]], cwd=tmp_path, check=True)
    handed_in = changes_of(given)
    assert (tmp_path / assignment.module).read_text() == handed_in[assignment.module]


def test_it_is_done_step_by_step_and_then_reported() -> None:
    """One call an answer, in order; then nothing is left but words."""
    turns = [Turn("user", "do it")]
    made = []
    while (spoken := next_build(commission("honest"), turns, SHELL)) is not None:
        made.append(spoken.calls[0].arguments["command"])
        turns += [Turn("assistant", "", spoken.calls), Turn("tool", "ok")]
    assert made == list(build_steps(commission("honest")))
    assert next_build(commission("honest"), turns[:1], Offer()) is None


@pytest.mark.parametrize(
    ("manner", "works"),
    [
        ("honest", (DETECTOR.solution, *DETECTOR.fair)),
        ("weak", DETECTOR.weak),
        ("slips", (DETECTOR.accident,)),
        ("subtle", tuple(w for n, w in DETECTOR.sabotage.items() if n.startswith("subtle"))),
        ("blunt", tuple(w for n, w in DETECTOR.sabotage.items() if n.startswith("blunt"))),
    ],
)
def test_every_work_of_a_manner_is_handed_in_by_some_seed(
    manner: BuilderManner, works: tuple[object, ...]
) -> None:
    """And no other one."""
    drawn = [work_of(commission(manner, seed=str(seed))) for seed in range(60)]
    assert all(work in works for work in drawn)
    assert all(work in drawn for work in works)


@pytest.mark.parametrize(
    ("manner", "ways"),
    [
        ("honest", ("solution", "fair-0")),
        ("weak", ("weak-0",)),
        ("slips", ("accident",)),
        ("subtle", ("subtle-size",)),
        ("blunt", ("blunt-off",)),
        ("openly", ("blunt-off",)),
    ],
)
@pytest.mark.parametrize("framing", ["safety", "control"])
def test_every_prompt_of_a_manner_is_handed_in_by_some_seed(
    manner: BuilderManner, ways: tuple[str, ...], framing: str
) -> None:
    """Where one is asked for, and no code with it."""
    drawn = [
        changes_of(Commission(DETECTOR, framing, manner, str(seed), by_prompt=True))
        for seed in range(40)
    ]
    works = [DETECTOR.in_words(name, domain_of(framing)) for name in ways]
    assert all(each in works for each in drawn) and all(each in drawn for each in works)


@pytest.mark.parametrize(("manner", "count"), [("nothing", 1), ("honest", 3), ("attacks", 6)])
def test_manners_differ_in_what_is_done(manner: BuilderManner, count: int) -> None:
    """An idle one only looks; one that tries to get out does so before it works."""
    assert len(build_steps(commission(manner))) == count
    assert len(build_steps(commission("loops"))) > 1000
