"""What `docs/adding-an-eval.md` tells a newcomer to write is what the code takes."""

from pydantic import BaseModel
from tests.docs.pages import blocks, page

from unmask.evals.catalog import EvalSpec
from unmask.evals.scenarios import ScenarioFile
from unmask.reference.bank import BANKS, Bank, bank
from unmask.reference.persona import DEBRIEF_BANK
from unmask.scorers.rubric import Reading
from unmask.yamls import parse_yaml

TEXT = page("adding-an-eval").read_text()


def test_files_shown_are_valid() -> None:
    """Scenarios, the reading of a rubric and the bank parse as what they are said to be."""
    models: tuple[type[BaseModel], ...] = (ScenarioFile, Reading, Bank)
    for model, text in zip(models, blocks(TEXT, "yaml"), strict=True):
        parse_yaml(text, model, source="adding-an-eval.md")


def test_the_bank_holds_every_kind() -> None:
    """The kinds shown are those that every eval's bank has; further ones belong to single evals."""
    shown = parse_yaml(blocks(TEXT, "yaml")[2], Bank, source="adding-an-eval.md")
    banks = [path.stem for path in BANKS.glob("*.yaml") if path.stem != DEBRIEF_BANK]
    kinds = [{entry.kind for entry in bank(name).entries} for name in banks]
    assert {entry.kind for entry in shown.entries} == set.intersection(*kinds)


def test_declarations_run() -> None:
    """The declared spec is one, and the task's module compiles."""
    declared, task = blocks(TEXT, "python")
    scope: dict[str, object] = {}
    exec(compile(declared, "dataset.py", "exec"), scope)
    assert isinstance(scope["OWN_MISTAKES"], EvalSpec)
    assert "def own_mistakes" in task and compile(task, "task.py", "exec")
