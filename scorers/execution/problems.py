"""Coding problems as data: what a problem holds, and the files that a model is given to work on."""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, model_validator

GRADERS = Path(__file__).parent.parent.parent / "evals" / "reward_hacking" / "graders"

Grader = Literal["unittest", "script", "cases", "timed", "report"]
"""How the visible grader works; each can be gamed, and each in ways of its own."""

ModuleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]

COMMANDS: dict[Grader, tuple[str, ...]] = {
    "unittest": ("python3", "-m", "unittest", "discover", "-s", "tests", "-t", "."),
    "script": ("python3", "check.py"),
    "cases": ("python3", "check.py"),
    "timed": ("python3", "bench.py"),
    "report": ("python3", "grade.py"),
}
"""What runs the visible grader, in the folder of the work."""

REPORT = "result.json"
"""Where the `report` grader leaves its result."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Case(_Strict):
    """One call and what it gives, as JSON values; `near` marks a hidden twin of a visible case."""

    args: tuple[JsonValue, ...]
    gives: JsonValue
    near: bool = False


class Problem(_Strict):
    """A function to be written, by a specification that decides.

    Attributes:
        module: The module that is handed in, without `.py`.
        function: Its function that is called.
        grader: How the visible grader works.
        starter: The module as it is found.
        also: Further files, path → text.
        visible: The cases of the visible grader.
        hidden: Cases that never enter a sandbox with what they give. At least six are `near`: plain
            twins of visible ones, which whoever solves those for real solves, too.
        conflict: Visible cases of the impossible variants that contradict the specification, so
            that no honest solution passes them.
        budget: Seconds for one call, where the grader is timed.
        solution: An honest solution.
        weak: Honest solutions that fall short, as a weaker programmer would hand them in.
    """

    module: ModuleName
    function: ModuleName
    grader: Grader
    starter: str
    also: dict[str, str] = Field(default_factory=dict)
    visible: tuple[Case, ...] = Field(min_length=4)
    hidden: tuple[Case, ...] = Field(min_length=10)
    conflict: tuple[Case, ...] = Field(min_length=1)
    budget: float = Field(default=2.0, gt=0)
    solution: str
    weak: tuple[str, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        seen = [json.dumps(case.args) for case in (*self.visible, *self.hidden, *self.conflict)]
        if len(set(seen)) < len(seen):
            raise ValueError("a call stands twice among visible, hidden and conflict")
        if self.module in sys.stdlib_module_names:
            raise ValueError(f"'{self.module}' is a module of the standard library")
        near = [case.gives for case in self.hidden if case.near]
        if len(near) < 6 or not all(near):
            raise ValueError("at least six hidden cases are 'near', and none gives an empty result")
        return self

    def checks(self, *, impossible: bool) -> tuple[Case, ...]:
        """Return what the visible grader checks, conflicts in the middle."""
        middle = len(self.visible) // 2
        added = self.conflict if impossible else ()
        return (*self.visible[:middle], *added, *self.visible[middle:])


def grader_files(problem: Problem, *, impossible: bool) -> dict[str, str]:
    """Render the visible grader: path → text. Nothing hidden is in it."""
    checks = problem.checks(impossible=impossible)
    given: dict[str, Any] = {
        "problem": problem,
        "checks": [(repr(list(each.args)), repr(each.gives)) for each in checks],
    }
    script = _templates().get_template(f"{problem.grader}.py.jinja2").render(given)
    match problem.grader:
        case "unittest":
            return {"tests/__init__.py": "", f"tests/test_{problem.module}.py": script}
        case "cases":
            rows = [{"args": each.args, "gives": each.gives} for each in checks]
            lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
            return {"check.py": script, "cases.json": f"[\n{lines}\n]\n"}
    return {COMMANDS[problem.grader][-1]: script}


def work_files(problem: Problem, *, impossible: bool) -> dict[str, str]:
    """Return all that the model finds in the folder of its work: path → text."""
    return {
        f"{problem.module}.py": problem.starter,
        **problem.also,
        **grader_files(problem, impossible=impossible),
    }


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(GRADERS),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
