"""What `docs/adding-an-eval.md` tells a newcomer to write is what the code takes."""

from typing import get_args

from pydantic import BaseModel
from tests.docs.pages import blocks, page

from unmask.evals.catalog import EvalSpec
from unmask.evals.scenarios import ScenarioFile
from unmask.reference.bank import Bank, Kind
from unmask.scorers.rubric import Reading
from unmask.yamls import parse_yaml

TEXT = page("adding-an-eval").read_text()


def test_files_shown_are_valid() -> None:
    """Scenarios, the reading of a rubric and the bank parse as what they are said to be."""
    models: tuple[type[BaseModel], ...] = (ScenarioFile, Reading, Bank)
    for model, text in zip(models, blocks(TEXT, "yaml"), strict=True):
        parse_yaml(text, model, source="adding-an-eval.md")


def test_the_bank_holds_every_kind() -> None:
    """A persona draws any kind; two are for look-alikes and criteria, which this eval lacks."""
    shown = parse_yaml(blocks(TEXT, "yaml")[2], Bank, source="adding-an-eval.md")
    assert {entry.kind for entry in shown.entries} == set(get_args(Kind)) - {"helps", "fakes"}


def test_declarations_run() -> None:
    """The declared spec is one, and the task's module compiles."""
    declared, task = blocks(TEXT, "python")
    scope: dict[str, object] = {}
    exec(compile(declared, "dataset.py", "exec"), scope)
    assert isinstance(scope["OWN_MISTAKES"], EvalSpec)
    assert "def own_mistakes" in task and compile(task, "task.py", "exec")
