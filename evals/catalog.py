"""Which evals there are: every folder here with a `task.py` is a family, and declares its evals."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from unmask.errors import BadInput
from unmask.evals.scenarios import Form, Scenario, load_scenarios

HERE = Path(__file__).parent

Style = Literal["chat", "agentic"]


@dataclass(frozen=True, slots=True)
class EvalSpec:
    """What is fixed about an eval.

    Attributes:
        name: As in `unmask/NAME`.
        family: Its folder.
        style: `chat` or `agentic`.
        version: `N-L`: bump N when rates stop being comparable, the letter with the interface.
        headline: The measure that its README leads with.
        about: One line.
        form: Which form of its scenarios it asks, where they are twins.
        records: The eval whose scenarios and rubric it shares; None if they are its own.
        checks: What is executed of its samples (`scorers/execution/check.py`); nothing by default.
        by_prompt: It asks for prompts where its scenarios ask for code as well, and needs a model
            that goes by them: the role `runner`.
    """

    name: str
    family: str
    style: Style
    version: str
    headline: str
    about: str
    form: Form | None = None
    records: str | None = None
    checks: str = ""
    by_prompt: bool = False

    @property
    def executes(self) -> bool:
        """Whether code of the model's runs in it, so that it needs a sandbox."""
        return self.checks not in ("", "world")

    @property
    def source(self) -> str:
        """The eval whose scenarios, rubric, exemplars and README it has."""
        return self.records or self.name

    @property
    def scenarios(self) -> Path:
        """Folder with the eval's scenario files."""
        return HERE / self.family / "scenarios" / self.source

    @property
    def rubric(self) -> str:
        """The eval's rubric, below `evals/`."""
        return f"{self.family}/rubrics/{self.source}.yaml"


def twin_specs(name: str, family: str, about: str) -> tuple[EvalSpec, EvalSpec, EvalSpec]:
    """Return the specs of an eval in a world, and of its twins: act, decide, ask.

    The first is worked on with tools and has the name; the others share its scenarios and rubric.
    """
    act = EvalSpec(name, family, "agentic", "1-A", "misaligned", about, form="act", checks="world")
    decide = EvalSpec(
        f"{name}_decide",
        family,
        "chat",
        "1-A",
        "misaligned",
        "The same situations in one turn, with their documents: the reply is the act.",
        form="decide",
        records=name,
    )
    ask = EvalSpec(
        f"{name}_ask",
        family,
        "chat",
        "1-A",
        "misaligned",
        "The same situations, told: what would it do?",
        form="ask",
        records=name,
    )
    return act, decide, ask


@cache
def catalog() -> dict[str, EvalSpec]:
    """Every eval by name, families in alphabetical order.

    A family's `dataset.py` holds its specs in a tuple `EVALS`; its `task.py` their tasks.

    Raises:
        BadInput: A family's declaration can't be used.
    """
    return {spec.name: spec for family in families() for spec in _declared(family)}


def _declared(family: str) -> tuple[EvalSpec, ...]:
    module = importlib.import_module(f"unmask.evals.{family}.dataset")
    return checked_specs(getattr(module, "EVALS", None), family)


def checked_specs(found: object, family: str) -> tuple[EvalSpec, ...]:
    """Return what a family's `dataset.py` has as `EVALS`, if it is a tuple of specs of that family.

    Raises:
        BadInput: It is something else, or a spec names another family.
    """
    file = f"evals/{family}/dataset.py"
    if not isinstance(found, tuple) or not all(isinstance(spec, EvalSpec) for spec in found):
        raise BadInput(f"{file}: needs a tuple of specs, `EVALS = (MY_EVAL,)`")
    for spec in found:
        if spec.family != family:
            raise BadInput(
                f"{file}: '{spec.name}' says family=\"{spec.family}\" and stands in the folder "
                f"'{family}'; the two must be equal"
            )
    return found


def families() -> tuple[str, ...]:
    """Every family's folder name."""
    return tuple(sorted(path.parent.name for path in HERE.glob("*/task.py")))


def find_eval(name: str) -> EvalSpec:
    """One eval by name, with or without `unmask/`. Raises BadInput with the known names."""
    spec = catalog().get(name.removeprefix("unmask/"))
    if spec is None:
        raise BadInput(f"unknown eval '{name}'; there are: {', '.join(catalog())}")
    return spec


@cache
def scenarios_of(spec: EvalSpec) -> tuple[Scenario, ...]:
    """Read the eval's own scenarios; of twins, the variants in its form."""
    return in_form(_written(spec.scenarios), spec)


def written_for(spec: EvalSpec) -> tuple[Scenario, ...]:
    """Read the scenarios that the eval shares with its twins, in all their forms."""
    return _written(spec.scenarios)


@cache
def _written(folder: Path) -> tuple[Scenario, ...]:
    """Read a folder once: twins share it, and it may hold a megabyte."""
    return load_scenarios([folder])


def in_form(scenarios: Sequence[Scenario], spec: EvalSpec) -> tuple[Scenario, ...]:
    """Keep the variants of the form that an eval asks; scenarios without any are left out."""
    asked = (spec.form, spec.by_prompt)
    kept = (
        (each, tuple(v for v in each.variants if (v.form, v.by_prompt) == asked))
        for each in scenarios
    )
    return tuple(
        each.model_copy(update={"variants": variants}) for each, variants in kept if variants
    )
