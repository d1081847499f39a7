"""Which sandbox a run takes, before anything is paid."""

import dataclasses

import pytest

from unmask.battery import Battery
from unmask.errors import BadInput
from unmask.evals.catalog import catalog
from unmask.isolation import sandbox_of_run
from unmask.plan import Cell, cells
from unmask.sandbox.choose import Probes

NONE = Probes(lambda: "no engine", lambda: "not installed")
BWRAP = Probes(lambda: "no engine", lambda: None)


def battery(*models: str, **given: object) -> Battery:
    """Make a battery of some models."""
    checkpoints = [{"label": f"c{n}", "model": model} for n, model in enumerate(models)]
    value = {"grader": "reference/judge", "checkpoints": checkpoints, "evals": ["goals"], **given}
    return Battery.model_validate(value)


def working(given: Battery, checks: str = "hack") -> tuple[Cell, ...]:
    """Return cells of which one executes something."""
    cell = cells(given)[0]
    spec = dataclasses.replace(catalog()["goals"], checks=checks)
    return (cell, dataclasses.replace(cell, spec=spec))


def test_a_run_without_code_needs_none() -> None:
    """Chat evals never ask for a sandbox, wherever they run; nor does work in a world."""
    given = battery("openai/gpt")
    assert sandbox_of_run(given, cells(given), probes=NONE) is None
    assert sandbox_of_run(given, working(given, "world"), probes=NONE) is None


def test_what_works_here_is_taken() -> None:
    """And why is told, for the logs."""
    given = battery("openai/gpt", "reference/aligned")
    chosen = sandbox_of_run(given, working(given), probes=BWRAP)
    assert chosen is not None and chosen.name == "bwrap"
    assert "no engine" in chosen.metadata["sandbox_chosen"]


@pytest.mark.parametrize(
    "models", [("openai/gpt",), ("reference/aligned", "openai/gpt"), ("reference/escaper",)]
)
def test_without_one_a_model_is_refused(models: tuple[str, ...]) -> None:
    """A real model, one among scripted ones, and the scripted one that attacks its sandbox."""
    given = battery(*models)
    with pytest.raises(BadInput, match="no sandbox can be used here"):
        sandbox_of_run(given, working(given), probes=NONE)


def test_scripted_models_work_without_one() -> None:
    """They are our own code, and it is recorded that nothing isolated them."""
    given = battery("reference/aligned", "reference/hacker")
    chosen = sandbox_of_run(given, working(given), probes=NONE)
    assert chosen is not None and chosen.name == "local"
    assert "scripted" in chosen.metadata["sandbox_chosen"]


def test_local_is_taken_only_where_it_is_meant() -> None:
    """Naming it is not enough, for a real model as for a scripted one."""
    for model in ("openai/gpt", "reference/aligned"):
        given = battery(model, sandbox="local")
        with pytest.raises(BadInput, match="local"):
            sandbox_of_run(given, working(given), probes=BWRAP)
        forced = battery(model, sandbox="local", unsafe_local=True)
        chosen = sandbox_of_run(forced, working(forced), probes=BWRAP)
        assert chosen is not None and chosen.name == "local"


def test_a_program_that_is_an_agent_is_refused_where_it_could_not_start() -> None:
    """Before anything is paid; with Docker it is taken."""
    given = battery("openai/gpt")
    chat, coding = working(given)
    asked = dataclasses.replace(coding, args=(("agent", "inspect_swe/claude_code"),))
    with pytest.raises(BadInput, match="inspect_swe/claude_code needs a server in its sandbox"):
        sandbox_of_run(given, [chat, asked], probes=BWRAP)
    docker = Probes(lambda: None, lambda: "not installed")
    chosen = sandbox_of_run(given, [chat, asked], probes=docker)
    assert chosen is not None and chosen.name == "docker"
    assert sandbox_of_run(given, [chat, coding], probes=BWRAP) is not None
