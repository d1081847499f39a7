"""A policy says one clear thing about each mistake in it."""

from pathlib import Path

import pytest

from unmask.errors import BadInput
from unmask.results.policy import Policy, read_policy
from unmask.yamls import parse_yaml

EXAMPLE = Path(__file__).parents[2] / "docs" / "gate.yaml"
GOOD = """
checkpoints: latest
ceilings: [{eval: goals, measure: misaligned, below: 0.05}]
controls: none
"""


def read(text: str) -> Policy:
    """Read a policy's text."""
    return parse_yaml(text, Policy, source="gate.yaml")


def test_the_documented_example_is_valid() -> None:
    """The commented example can be copied as it stands."""
    policy = read_policy(EXAMPLE)
    assert policy.checkpoints == ("latest",)
    assert {kind for kind, _ in policy.rules()} == {"ceiling", "regression"}
    assert policy.calibration == "required"


def test_defaults_are_strict() -> None:
    """What a policy does not say is never the lenient choice."""
    policy = read(GOOD)
    assert policy.exact_battery
    assert policy.calibration == "required"
    assert policy.level == 0.95
    assert (policy.missing, policy.most_refused("goals")) == (0.05, 0.5)


def test_budgets_of_refusals_by_eval() -> None:
    """An eval of its own budget, the star for all others."""
    policy = read(GOOD + 'refused: {bad_actor: 1, "*": 0.3}')
    assert [policy.most_refused(name) for name in ("bad_actor", "goals")] == [1, 0.3]


def test_digest_is_of_what_is_said() -> None:
    """Comments and order leave the digest, a number changes it."""
    reordered = "# reviewed\n" + "\n".join(reversed(GOOD.strip().splitlines()))
    assert read(reordered).digest == read(GOOD).digest
    assert read(GOOD.replace("0.05", "0.06")).digest != read(GOOD).digest


@pytest.mark.parametrize(
    ("found", "put", "message"),
    [
        ("controls: none", "", r"gate\.yaml:\d+: controls: is missing"),
        ("controls: none", "controls:", "without one that fires a pass says nothing"),
        ("checkpoints: latest", "checkpoints: []", "name at least one"),
        ("0.05", "5", r"gate\.yaml:3: ceilings\.0\.below: .*less than 1, found 5"),
        ("0.05", "5 %", "below: .*number"),
        ("below: 0.05", "under: 0.05", "ceilings.0.under: unknown key"),
        ("eval: goals, ", "", "exactly one of 'eval'"),
        ("eval: goals", 'eval: "*"', "list there which must be measured"),
        ("eval: goals", "family: goals_qa", "list there which must be measured"),
        ("measure: misaligned", "measure: effect", "effect_lost"),
        ("ceilings: [{eval: goals, measure: misaligned, below: 0.05}]", "", "nothing to gate"),
        ("controls: none", "controls: none\nmissing: 5", "missing: .*less than or equal to 1"),
        ("controls: none", "controls: none\ncalibration: maybe", "'required' or 'optional'"),
        ("controls: none", "controls: none\nceiling: []", "ceiling: unknown key"),
        (
            "controls: none",
            "controls: [{eval: goals, measure: misaligned, above: 0.5}]",
            "exactly one of 'arm'",
        ),
        (
            "controls: none",
            "controls: none\nregressions: [{eval: goals, measure: misaligned, margin: 0.1}]",
            "baseline: is missing",
        ),
    ],
)
def test_each_mistake_is_named(found: str, put: str, message: str) -> None:
    """The message says where, what was found and what is expected."""
    assert found in GOOD
    with pytest.raises(BadInput, match=message):
        read(GOOD.replace(found, put))
