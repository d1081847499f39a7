"""Dozens of checkpoints from one entry."""

from pathlib import Path
from typing import Any

import pytest

from unmask.battery import Battery
from unmask.series import expand, folders


def none(pattern: str) -> list[Path]:
    """Find no folder."""
    return []


def test_a_range_of_steps() -> None:
    """Each step gives a checkpoint with its own name, model and URL."""
    entry = {
        "steps": {"from": 100, "to": 300, "by": 100},
        "label": "rl-{step:04}",
        "model": "openai-api/local/ckpt-{step}",
        "args": {"revision": "step{step}"},
    }
    made = expand(entry, none)
    assert [c["label"] for c in made] == ["rl-0100", "rl-0200", "rl-0300"]
    assert made[1] == {
        "label": "rl-0200",
        "model": "openai-api/local/ckpt-200",
        "args": {"revision": "step200"},
        "step": 200,
    }


def test_a_folder_of_adapters(tmp_path: Path) -> None:
    """Folders come in the order of their numbers, with name, path and step."""
    for name in ("checkpoint-100", "checkpoint-20", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "checkpoint-5").write_text("a file, no adapter")
    entry = {"folder": f"{tmp_path}/checkpoint-*", "label": "{name}", "model": "vllm/base:{path}"}
    made = expand(entry, folders)
    assert [c["step"] for c in made] == [20, 100]
    assert made[0]["model"] == f"vllm/base:{tmp_path}/checkpoint-20"


def test_a_plain_checkpoint_is_left_alone() -> None:
    """Braces in an ordinary entry mean nothing."""
    entry = {"label": "a", "model": "x/{y}"}
    assert expand(entry, none) == [entry]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": []}, "matches none"),
        ({"steps": {"from": 5, "to": 1, "by": 1}}, "matches none"),
        ({"steps": {"from": 0, "to": 10, "by": 0}}, "expected whole numbers"),
        ({"steps": {"from": 0, "to": 10}}, "expected whole numbers"),
        ({"steps": ["1"]}, "expected whole numbers"),
        ({"steps": {"from": 0, "to": 5000, "by": 1}}, "at most 1000"),
        ({"steps": [1], "folder": "x"}, "not both"),
        ({"folder": "nowhere-*"}, "'nowhere-\\*' matches none"),
        ({"steps": [1], "label": "{name}"}, "can't fill '{name}'; placeholders here: {step}"),
        ({"steps": [1], "label": "{"}, "can't fill"),
    ],
)
def test_slips_are_named(change: dict[str, Any], message: str) -> None:
    """Ranges without steps, patterns without folders and unknown placeholders are errors."""
    entry = {"label": "s{step}", "model": "x/m{step}"} | change
    with pytest.raises(ValueError, match=message):
        expand(entry, none)


def test_a_battery_of_dozens() -> None:
    """Defaults reach every member of a series; members that can't be told apart are refused."""
    series = {"steps": {"from": 1, "to": 48, "by": 1}, "label": "s{step}", "model": "x/m{step}"}
    value = {
        "grader": "reference/judge",
        "defaults": {"run": "rl", "group": "fine-tuned"},
        "checkpoints": [series, {"label": "base", "model": "x/base", "group": "control"}],
        "evals": ["goals"],
    }
    battery = Battery.model_validate(value)
    assert len(battery.checkpoints) == 49
    assert {c.group for c in battery.checkpoints} == {"fine-tuned", "control"}
    with pytest.raises(ValueError, match="can't be told apart"):
        Battery.model_validate(value | {"checkpoints": [series | {"model": "x/m"}]})
