"""Every battery in the docs is one that Unmask takes, and the refused one is refused as shown."""

from pathlib import Path

import pytest
from inspect_ai.model import GenerateConfig
from tests.docs.pages import DOCS, blocks

from unmask.battery import Battery, Checkpoint, Defaults, EvalEntry, Limits
from unmask.errors import BadInput
from unmask.evals.conditions import arm, arms, thinking_mode, thinking_modes
from unmask.plan import cells
from unmask.yamls import parse_yaml

PAGES = [DOCS.parent / "README.md", *sorted(DOCS.glob("*.md"))]
BATTERIES = [
    (page.name, block)
    for page in PAGES
    for block in blocks(page.read_text(), "yaml")
    if block.startswith("grader:")
]


@pytest.fixture(autouse=True)
def _adapters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand where there is a folder of adapters, as some batteries have one."""
    monkeypatch.chdir(tmp_path)
    for step in (100, 200):
        (tmp_path / "adapters" / f"checkpoint-{step}").mkdir(parents=True)


@pytest.mark.parametrize(("page", "text"), BATTERIES, ids=[page for page, _ in BATTERIES])
def test_batteries_in_the_docs_are_taken(page: str, text: str) -> None:
    """Keys, evals, arms, thinking modes and sampling settings are ones that there are."""
    battery = parse_yaml(text, Battery, source=page)
    for cell in cells(battery):
        arm(cell.arm)
        thinking_mode(cell.thinking)
    for spec in (*battery.grader, *battery.checkpoints):
        assert set(spec.config) <= set(GenerateConfig.model_fields), f"{page}: {spec.config}"
        GenerateConfig.model_validate(spec.config)


def test_every_page_with_batteries_is_seen() -> None:
    """Providers and batteries have many examples: a changed fence would make this test blind."""
    pages = [page for page, _ in BATTERIES]
    assert pages.count("providers.md") >= 7
    assert pages.count("batteries.md") >= 6


def test_the_refused_battery_is_refused_as_shown() -> None:
    """The page shows the true message for two checkpoints that can't be told apart."""
    text = (DOCS / "batteries.md").read_text()
    (refused,) = blocks(text, "yaml refused")
    with pytest.raises(BadInput) as error:
        parse_yaml(refused, Battery, source="battery.yaml")
    assert blocks(text, "text") == [f"{error.value}\n"]


def test_every_key_is_documented() -> None:
    """Every key of a battery stands on its page."""
    text = (DOCS / "batteries.md").read_text()
    models = (Battery, Checkpoint, Defaults, EvalEntry, Limits)
    missing = [key for model in models for key in model.model_fields if f"{key}:" not in text]
    assert not [key for key in missing if f"`{key}`" not in text]


def test_every_arm_and_thinking_mode_is_documented() -> None:
    """Whoever writes a battery finds each name there is."""
    text = (DOCS / "batteries.md").read_text()
    assert [name for name in (*arms(), *thinking_modes()) if f"`{name}`" not in text] == []
