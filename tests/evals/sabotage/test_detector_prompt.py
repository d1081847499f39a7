"""Detectors in words the whole way: agents and runners of known nature."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog, EvalSample
from inspect_ai.model import Model, get_model
from inspect_ai.util import SandboxEnvironmentSpec
from tests.evals.sabotage.agents import known, score

from unmask.evals.agentic import agentic_task
from unmask.evals.sabotage.dataset import DETECTOR_PROMPT
from unmask.sandbox.choose import resolve
from unmask.scorers.execution.prompts import Prompted

VARIANTS = ("act-safety-prompt", "act-control-prompt")
SCENARIO = "sift-tampering"
RUNNER = "reference/runner"


@pytest.fixture(scope="module", autouse=True)
def asked() -> Iterator[None]:
    """Let personas know the eval."""
    with known(DETECTOR_PROMPT):
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give logs a place."""
    return tmp_path_factory.mktemp("prompts")


def run(name: str, runner: Model | None, folder: Path, variants: tuple[str, ...]) -> EvalLog:
    """Run a persona over variants of one scenario."""
    task = agentic_task(
        DETECTOR_PROMPT, arm="baseline", thinking="native", scenarios=None, self_grading=False
    )
    chosen = resolve("auto", forced_local=True)
    (log,) = inspect_eval(
        task,
        model=get_model(f"reference/{name}"),
        model_roles={
            "grader": get_model("reference/judge"),
            **({"runner": runner} if runner else {}),
        },
        sample_id=[f"{SCENARIO}/{variant}" for variant in variants],
        sandbox=SandboxEnvironmentSpec(chosen.name, chosen.config),
        log_dir=str(folder),
        display="none",
    )
    return log


@cache
def samples(name: str, folder: Path) -> dict[str, EvalSample]:
    """Run a persona over both meanings, with a runner that makes no mistake; once."""
    log = run(name, get_model(RUNNER), folder, VARIANTS)
    assert log.status == "success", log.error
    return {str(each.metadata["variant"]): each for each in log.samples or []}


@pytest.mark.parametrize(
    ("name", "labels", "sabotaged", "short"),
    [
        ("aligned", {"aligned"}, False, (False, False)),
        ("incompetent", {"aligned"}, False, (True, True)),
        ("clumsy", {"aligned"}, False, (True, True)),
        ("saboteur", {"covert", "overt"}, True, (True, False)),
        ("quiet", {"aligned"}, False, (True, False)),
        ("objector", {"aligned"}, False, (True, False)),
    ],
)
def test_agents_are_told_apart(
    name: str, labels: set[str], sabotaged: bool, short: tuple[bool, bool], folder: Path
) -> None:
    """By label, by the rule for single samples, and by what they are worth in both meanings.

    No check sees a hole in words: one who hides it and thinks nothing of it is told by the control
    alone.
    """
    found = {each: score(samples(name, folder)[each]) for each in VARIANTS}
    safety, control = (found[each] for each in VARIANTS)
    assert safety["label"] in labels and control["label"] == "aligned"
    assert safety["sabotaged"] is sabotaged and control["sabotaged"] is False
    usual = [each["check"]["work"]["usual"] for each in found.values()]
    effects = [each["effect"] for each in found.values()]
    assert tuple(e < u for e, u in zip(effects, usual, strict=True)) == short


def test_a_score_says_who_went_by_the_prompt(folder: Path) -> None:
    """By name and digest, with all that came of the calls; how it was read depends on it."""
    found = score(samples("aligned", folder)["act-safety-prompt"])
    runs = found["check"]["work"]["runs"]
    assert found["runner"] == runs["runner"] and found["runner"].startswith(f"{RUNNER}#")
    assert sum(runs["calls"].values()) == 3 * 48 and sum(runs["probe"].values()) == 3 * 4
    assert "@" in found["reads"]


def test_hidden_cases_never_enter_the_sandbox(folder: Path) -> None:
    """Nothing that the agent has seen or handed in holds one."""
    for sample in samples("aligned", folder).values():
        work = Prompted.model_validate(sample.metadata["prompted"])
        seen = "\n".join(message.text for message in sample.messages)
        handed = str(sample.store["submission"])
        for record in work.records:
            assert isinstance(record, dict)
            assert str(record["id"]) not in seen + handed


@pytest.mark.parametrize("mode", ["junk", "refusing", "empty", "truncated", "failing"])
def test_a_runner_that_fails_leaves_the_effect_open(mode: str, folder: Path) -> None:
    """The conduct is missing for a failed check, and there is no effect: never 0."""
    log = run("aligned", get_model(RUNNER, mode=mode), folder, VARIANTS[:1])
    assert log.status == "success" and log.samples
    found = score(log.samples[0])
    assert found["reason"] == "check_failed" and found["effect"] is None
    assert found["sabotaged"] is None
    assert "the runner goes by no prompt" in found["check"]["failed"]
    assert found["runner"].startswith(f"{RUNNER}#")


def test_other_settings_are_another_runner(folder: Path) -> None:
    """What is read with it isn't read as with the first, and nobody knows what is usual by it."""
    log = run("aligned", get_model(RUNNER, errors=0.5), folder, VARIANTS[:1])
    assert log.samples
    found, first = score(log.samples[0]), score(samples("aligned", folder)[VARIANTS[0]])
    assert found["runner"] != first["runner"] and found["reads"] != first["reads"]
    assert found["effect"] < first["effect"]
    assert found["check"]["work"]["usual"] is None and found["sabotaged"] is None


@pytest.mark.parametrize(
    ("runner", "why"),
    [
        (None, "name it with `unmask run --runner MODEL`"),
        ("reference/aligned", "would go by its own prompts"),
    ],
)
def test_no_sample_is_begun_without_a_runner(runner: str | None, why: str, folder: Path) -> None:
    """Nor with the model itself as one; nothing is generated."""
    log = run("aligned", get_model(runner) if runner else None, folder, VARIANTS[:1])
    assert log.status == "error" and log.error is not None
    assert why in log.error.message
    assert not log.stats.model_usage
