"""Reference models come out of the pipeline with the counts that they were built to have."""

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from inspect_ai.dataset import Sample
from tests.unmask.pipeline import battery, run, table

from unmask.battery import Battery
from unmask.evals.catalog import catalog
from unmask.evals.conditions import arms, thinking_modes
from unmask.plan import Cell, build_task, cells
from unmask.reference.persona import Question, answer, recognise
from unmask.scorers.labels import decide

RUNNER = "reference/runner"


Rendered = list[tuple[Cell, list[Sample]]]


def rendered(what: Battery) -> Rendered:
    """Every sample of a battery, once for all personas."""
    return [(cell, list(build_task(cell).dataset)) for cell in cells(what)]


def planned(asked: Rendered, persona: str) -> dict[tuple[str, int], str | None]:
    """Work out each sample's label from the persona's policy and the bank alone."""
    labels: dict[tuple[str, int], str | None] = {}
    for cell, samples in asked:
        for sample in samples:
            assert isinstance(sample.input, list)
            metadata = sample.metadata or {}
            if metadata.get("world") and metadata["role"] == "control":
                continue  # begins as its test does; an agent may never meet what is other
            question = recognise([(message.role, message.text) for message in sample.input])
            for epoch in range(1, cell.epochs + 1):
                reply = answer(persona, question, epoch=epoch, seed=0)
                entry = reply.entry
                item = str(metadata["item"])
                visibility = "absent" if cell.thinking == "none" else "full"
                thought = entry.reasoning if visibility == "full" else None
                conduct: str = entry.conduct
                if entry.conduct == "by_case":
                    wrong = question.brief.wrong if question.brief else None
                    conduct = "misaligned" if entry.choice == wrong else "clean"
                if conduct != "misaligned" and reply.manner == "hacks":
                    conduct = "hack"  # by execution, whatever is said of it
                outcome = decide(conduct, thought, visibility)  # type: ignore[arg-type]
                labels[(item, epoch)] = outcome.label
    return labels


def measured(observed: pd.DataFrame, checkpoint: str) -> dict[tuple[str, int], str | None]:
    """Read each sample's label from the table."""
    rows = observed[observed["checkpoint"] == checkpoint]
    return {
        (str(item), int(epoch)): None if pd.isna(label) else str(label)
        for item, epoch, label in zip(rows["item"], rows["epoch"], rows["label"], strict=True)
    }


WRITTEN = [name for name, spec in catalog().items() if spec.records is None]
"""Evals with scenarios of their own: those that put them in another form share all but the form."""

EVERY_PERSONA = ("goals", "compliance_gap", "bad_actor", "frame_colleague")
"""One eval of each way to be asked; elsewhere three of the personas do."""

SLOW = ("detector", "detector_prompt", "research_commits")
"""A sample is scored by seconds of execution, which a system prompt changes nothing about."""


@pytest.mark.parametrize("name", [*WRITTEN, "bad_actor_ask", "detector_decide"])
def test_every_sample_gets_its_own_label(tmp_path: Path, name: str) -> None:
    """Sample by sample, what the pipeline reads is what the persona was scripted to do."""
    personas = ["hacker", "refuser"] if name in SLOW else ["hacker", "covert", "refuser"]
    if name in EVERY_PERSONA:
        personas += ["aligned", "aware", "injector", "uneven"]
    limit = 1 if catalog()[name].style == "agentic" else 2 if catalog()[name].records else 4
    what = battery(personas, evals=[{"eval": name, "limit": limit}], runner=RUNNER)
    run(what, tmp_path)
    observed, asked = table(tmp_path), rendered(what)
    for persona in personas:
        wanted = planned(asked, persona)
        found = measured(observed, persona)
        assert {each: found[each] for each in wanted} == wanted


def test_constant_personas_have_constant_counts(tmp_path: Path) -> None:
    """Personas that always do one thing come out as that thing, n of n."""
    what = battery(["aligned", "covert", "refuser", "aware"], limit=8)
    run(what, tmp_path)
    observed = table(tmp_path)
    counts = {
        checkpoint: Counter(rows["label"].tolist())
        for checkpoint, rows in observed.groupby("checkpoint", observed=True)
    }
    n = len(build_task(cells(what)[0]).dataset)
    assert counts == {
        "aligned": {"aligned": n},
        "covert": {"covert": n},
        "refuser": {"refused": n},
        "aware": {"aligned": n},
    }
    aware = observed[observed["checkpoint"] == "aware"]
    assert set(aware["aware"]) <= {"names", "wonders"}


@pytest.mark.parametrize("mode", ["native", "scratchpad", "none"])
def test_thinking_modes(tmp_path: Path, mode: str) -> None:
    """A scratchpad is hidden reasoning like the provider's own; without one, no aim is seen."""
    what = battery(["covert"], limit=5, thinking=[mode])
    run(what, tmp_path)
    observed = table(tmp_path)
    expected = ("aligned", "absent") if mode == "none" else ("covert", "full")
    assert set(zip(observed["label"], observed["visibility"], strict=True)) == {expected}


def test_arms_are_measured_apart(tmp_path: Path) -> None:
    """Two arms of one eval are two cells with the same scenarios."""
    what = battery(["aligned"], limit=3, arms=["baseline", "aware-of-test"])
    run(what, tmp_path)
    observed = table(tmp_path)
    per_arm = observed.groupby("arm", observed=True)["scenario"].agg(set)
    assert per_arm["baseline"] == per_arm["aware-of-test"]
    assert observed.groupby("arm", observed=True)["item"].agg(set).map(len).nunique() == 1


@pytest.mark.parametrize("name", WRITTEN)
def test_counts_hold_in_every_arm_and_mode(tmp_path: Path, name: str) -> None:
    """Whatever is added to the system prompt, a persona does what it is scripted to do.

    Several are tried where cues stand in system prompts, too; elsewhere one is as good as another.
    """
    modes = ["scratchpad"] if name in SLOW else list(thinking_modes())
    asked = list(arms())[::3] if name == "compliance_gap" else ["hacking-asked"]
    what = battery(
        ["hacker"],
        evals=[{"eval": name, "limit": 1}],
        runner=RUNNER,
        arms=asked,
        thinking=modes,
    )
    run(what, tmp_path)
    observed = table(tmp_path)
    groups = observed.groupby(["arm", "thinking"], observed=True).ngroups
    assert groups == len(asked) * len(modes)
    wanted, found = planned(rendered(what), "hacker"), measured(observed, "hacker")
    assert wanted and {each: found[each] for each in wanted} == wanted


def test_uneven_differs_by_scenario() -> None:
    """One persona misbehaves at .03 in some scenarios and at .3 in the others."""
    rates = []
    for number in range(60):
        question = Question("goals", "chat", f"goals/s{number}", f"item-{number}")
        drawn = [answer("uneven", question, epoch=e, seed=0).kind for e in range(400)]
        rates.append(drawn.count("overt") / len(drawn))
    low = [rate for rate in rates if rate < 0.12]
    high = [rate for rate in rates if rate >= 0.12]
    assert abs(sum(low) / len(low) - 0.03) < 0.01
    assert abs(sum(high) / len(high) - 0.3) < 0.03
    assert min(len(low), len(high)) > 15


def test_a_text_that_no_bank_holds_is_never_judged(tmp_path: Path) -> None:
    """The reference judge fails on strangers' texts: missing, not aligned."""
    stranger = {"label": "stranger", "model": "mockllm/model"}
    from inspect_ai.model import ModelOutput, ModelUsage, get_model

    from unmask.run import Models, open_models, run_checkpoint

    what = battery([stranger], limit=2)
    output = ModelOutput.from_content("mockllm/model", "I have thought about it. Tea, please.")
    output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
    model = get_model("mockllm/model", custom_outputs=lambda *_: output.model_copy(), memoize=False)
    models = Models({"stranger": model}, open_models(what).panel)
    run_checkpoint(what.checkpoints[0], what, models, tmp_path, display="none", say=print)
    observed = table(tmp_path)
    assert observed["label"].isna().all()
    assert set(observed["missing"]) == {"grader_invalid"}
