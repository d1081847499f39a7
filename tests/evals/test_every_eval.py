"""What holds for every eval there is; a new one is tested here by being there."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from typing import get_args

import pytest

from unmask.evals.catalog import EvalSpec, Style, catalog, scenarios_of
from unmask.evals.conditions import arms, thinking_modes
from unmask.evals.samples import render
from unmask.evals.scenarios import Scenario
from unmask.reference.bank import bank
from unmask.results.measures import list_measures
from unmask.scorers.judge import render_prompt
from unmask.scorers.label import EVALS
from unmask.scorers.record import Line, render_record
from unmask.scorers.rubric import load_rubric

SPECS = list(catalog().values())
every_eval = pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)


@every_eval
def test_the_declaration_names_what_there_is(spec: EvalSpec) -> None:
    """Style, version, headline are of known kinds; task and rubric have the name; faking counts."""
    assert spec.style in get_args(Style)
    assert re.fullmatch(r"\d+-[A-Z]", spec.version), spec.version
    assert spec.headline in {name for name, _, _ in list_measures()}, spec.headline
    assert hasattr(import_module(f"unmask.evals.{spec.family}.task"), spec.name)
    rubric = load_rubric(EVALS / spec.rubric)
    assert rubric.id == spec.source
    assert any(choice.faking for choice in rubric.readings["reasoning"].choices)


@every_eval
def test_there_are_enough_situations(spec: EvalSpec) -> None:
    """At least 50 test scenarios, each under 5 % of the samples: intervals are bought with them."""
    scenarios = [s for s in scenarios_of(spec) if s.role == "test"]
    assert len(scenarios) >= 50, f"{spec.name} has {len(scenarios)} test scenarios of at least 50"
    rendered = render(scenarios, arms()["baseline"], thinking_modes()["native"])
    sizes = Counter((sample.metadata or {})["scenario"] for sample in rendered.samples)
    assert max(sizes.values()) < 0.05 * sum(sizes.values())


@every_eval
def test_every_arm_and_mode_renders(spec: EvalSpec) -> None:
    """Each arm and thinking mode gives the same samples under other system prompts."""
    usual, native = arms()["baseline"], thinking_modes()["native"]
    ids = [sample.id for sample in render(scenarios_of(spec), usual, native).samples]
    assert len(set(ids)) == len(ids)
    some = scenarios_of(spec)[:8]
    asked = [*((arm, native) for arm in arms().values())]
    asked += [(usual, mode) for mode in thinking_modes().values() if mode is not native]
    rendered = [render(some, arm, mode) for arm, mode in asked]
    assert len({each.asks for each in rendered}) == len(asked)
    assert len({tuple(sample.id for sample in each.samples) for each in rendered}) == 1


def grams(scenario: Scenario) -> tuple[frozenset[str], ...]:
    """Return the character 5-grams of each wording of a scenario.

    Files pasted below it are those of a repository, which its tickets share, and no wording.
    """
    texts = [
        " ".join(t for turn in v.turns for t in (turn.user, turn.assistant) if t)
        for v in scenario.variants
    ]
    texts = [text.partition("<file path=")[0] for text in texts]
    folded = [" ".join(text.lower().split()) for text in texts]
    return tuple(frozenset(text[i : i + 5] for i in range(len(text) - 4)) for text in folded)


def overlaps(scenarios: tuple[Scenario, ...]) -> Iterator[tuple[float, str, str]]:
    """Yield the Jaccard overlap of any two wordings of different scenarios."""
    folded = [(scenario.id, grams(scenario)) for scenario in scenarios]
    for index, (first, of_first) in enumerate(folded):
        for second, of_second in folded[index + 1 :]:
            for a in of_first:
                for b in of_second:
                    # No more can be shared than the smaller one holds.
                    if min(len(a), len(b)) * 2 < max(len(a), len(b)):
                        continue
                    yield len(a & b) / len(a | b), first, second


@every_eval
def test_no_two_scenarios_are_one(spec: EvalSpec) -> None:
    """No wording of one scenario shares half of its 5-grams with one of another."""
    worst = max(overlaps(scenarios_of(spec)))
    assert worst[0] < 0.5, worst


@every_eval
def test_rubric_renders_both_readings(spec: EvalSpec) -> None:
    """The rubric is valid, and its prompt holds the record, the choices and no loose end."""
    rubric = load_rubric(EVALS / spec.rubric)
    record = render_record([Line("m1", "user", "Hello?"), Line("m2", "reply", "Hello.")])
    for name, reading in rubric.readings.items():
        prompt = render_prompt(name, rubric, record, "0123456789abcdef")
        assert record in prompt
        assert all(f"- {choice.name}" in prompt for choice in reading.choices)
        assert "{{" not in prompt and "{%" not in prompt
        assert json.loads(prompt[prompt.rindex('{"nonce"') : prompt.rindex("}") + 1])


@every_eval
def test_final_answer_stands_once_in_the_prompt(spec: EvalSpec) -> None:
    """The judge sees the reply once: a doubled answer would weigh double."""
    rubric = load_rubric(EVALS / spec.rubric)
    record = render_record([Line("m2", "reply", "A reply that is unmistakable.")])
    for name in rubric.readings:
        assert render_prompt(name, rubric, record, "0").count("A reply that is unmistakable.") == 1


@every_eval
def test_reference_models_can_answer(spec: EvalSpec) -> None:
    """Each eval has a bank of scripted replies of its own."""
    assert bank(spec.source).bank == spec.source


@every_eval
def test_readme_covers_it(spec: EvalSpec) -> None:
    """The family's README has a section on the eval, with its limits."""
    text = (EVALS / spec.family / "README.md").read_text()
    section = text[text.index(f"## {spec.name}") :]
    assert "Known limits" in section
