"""Batteries: short forms, inheritance, and mistakes that get one message."""

import pytest

from unmask.battery import Battery
from unmask.errors import BadInput
from unmask.yamls import parse_yaml

GOOD = """
grader: reference/judge
defaults: {run: rl-1, args: {seed: 3}, config: {temperature: 1.0}}
checkpoints:
  - {label: a, model: reference/aligned, step: 0}
  - {label: b, model: reference/hacker, step: 10, args: {rate: 0.1}}
evals: [goals]
"""


def battery(text: str = GOOD) -> Battery:
    """Parse battery text."""
    return parse_yaml(text, Battery, source="battery.yaml")


def test_checkpoints_inherit_the_defaults() -> None:
    """Defaults reach every checkpoint; its own arguments are added to them."""
    first, second = battery().checkpoints
    assert (first.run, first.args, first.config) == ("rl-1", {"seed": 3}, {"temperature": 1.0})
    assert second.args == {"seed": 3, "rate": 0.1}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("grader: reference/judge\n", "", "grader: is missing"),
        ("reference/judge", "judge", "battery.yaml:2: grader.0.model: String should match"),
        ("label: b", "label: A", "two checkpoints are called 'A'"),
        ("label: b", "label: ../b", "battery.yaml:6: checkpoints.1.label"),
        (
            "model: reference/hacker, step: 10, args: {rate: 0.1}",
            "model: reference/aligned",
            "can't be told apart",
        ),
        ("evals: [goals]", "evals: []", "battery.yaml:7: evals"),
        ("evals: [goals]", "eval: [goals]", "battery.yaml:7: eval: unknown key"),
        ("step: 10", "step: ten", "checkpoints.1.step: .*'ten'"),
        ("evals: [goals]", "evals: [goals]\nepochs: 0", "battery.yaml:8: epochs"),
    ],
)
def test_mistakes_get_one_message_with_their_line(old: str, new: str, message: str) -> None:
    """Each mistake is one line that names it."""
    assert old in GOOD
    with pytest.raises(BadInput, match=message) as error:
        battery(GOOD.replace(old, new))
    assert "\n" not in str(error.value)


def test_digests_tell_checkpoints_apart() -> None:
    """Model, base URL, arguments and sampling each change a checkpoint's digest; its label none."""
    base = battery().checkpoints[0]
    for change in (
        {"model": "reference/hacker"},
        {"base_url": "http://localhost:1"},
        {"args": {"seed": 4}},
        {"config": {"temperature": 0.5}},
    ):
        assert base.model_copy(update=change).digest != base.digest
    assert base.model_copy(update={"label": "other", "step": 5}).digest == base.digest
