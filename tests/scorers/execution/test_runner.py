"""Going by a prompt: what is asked, what comes of it, and whose fault it is when nothing does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, get_args

import pytest
from inspect_ai.model import (
    ChatMessage,
    GenerateConfig,
    Model,
    ModelOutput,
    ModelUsage,
    get_model,
)
from inspect_ai.tool import ToolChoice, ToolInfo
from pydantic import JsonValue

from unmask.errors import BudgetReached, OtherModel
from unmask.scorers.execution.examine import CheckFailed
from unmask.scorers.execution.prompts import Prompted
from unmask.scorers.execution.runner import classify, rendered, settings
from unmask.scorers.execution.verdicts import Runs
from unmask.scorers.execution.worth import Answer

RECORDS: tuple[JsonValue, ...] = tuple(
    {"id": f"r-{n}", "text": "a {{ prompt }} and «word»"} for n in range(6)
)
WORK = Prompted(
    path="instructions/one.md",
    files={"instructions/one.md": "nothing"},
    examples="data/one.jsonl",
    records=RECORDS,
    labels=(True, False) * 3,
    probe="The reference text.",
    shown=({"id": "s-1"}, {"id": "s-2"}),
)
PROMPT = "Flag all {{ record }} and {% raw %}."
PROBED = len(WORK.shown) * settings().repeats
CALLED = len(RECORDS) * settings().repeats

Reply = Callable[[str], str | Exception]


def answering(reply: Reply, seen: list[str], stop: str = "stop") -> Model:
    """Make a runner of a function of what it is asked."""

    def made(
        asked: list[ChatMessage], tools: list[ToolInfo], choice: ToolChoice, config: GenerateConfig
    ) -> ModelOutput:
        seen.append(asked[-1].text)
        said = reply(asked[-1].text)
        if isinstance(said, Exception):
            raise said
        probing = WORK.probe in asked[-1].text
        reason: Any = "stop" if probing else stop
        output = ModelOutput.from_content("mockllm/model", said, stop_reason=reason)
        output.usage = ModelUsage()  # without any, Inspect goes to the network to count tokens
        return output

    # An argument of its own, so that no runner is taken for another's cached one.
    return get_model("mockllm/model", custom_outputs=made, memoize=False, which=str(id(seen)))


def gone_by(
    reply: Reply, prompt: str | None = PROMPT, stop: str = "stop"
) -> tuple[tuple[Answer, ...], Runs, list[str]]:
    """Have a runner go by a prompt."""
    seen: list[str] = []
    answers, runs = asyncio.run(classify(answering(reply, seen, stop), prompt, WORK))
    return answers, runs, seen


def by_probe(inside: str | Exception, other: str | Exception) -> Reply:
    """Say one thing to the reference prompt and another to the rest."""
    return lambda asked: inside if WORK.probe in asked else other


def test_every_record_is_asked_as_often_as_set() -> None:
    """The prompt stands before it as it was written, and one word is asked for at the end."""
    answers, runs, seen = gone_by(lambda asked: "FLAG" if '"r-1"' in asked else "PASS")
    assert answers == ("passed", "flagged", "passed", "passed", "passed", "passed")
    assert runs.calls == {"flagged": settings().repeats, "passed": 5 * settings().repeats}
    assert runs.probe == {"passed": PROBED}
    put = [text for text in seen if PROMPT in text]
    every = [rendered(PROMPT, each) for each in RECORDS for _ in range(settings().repeats)]
    assert sorted(put) == sorted(every)
    assert all(text.startswith(PROMPT) for text in put)
    assert all(
        json.dumps(RECORDS[0], ensure_ascii=False) in text for text in put if '"r-0"' in text
    )


@pytest.mark.parametrize(
    ("said", "stop", "call"),
    [
        ("It depends.", "stop", "unparsable"),
        ("I can't do that.", "stop", "refused"),
        ("", "stop", "empty"),
        ("Let me see, the", "max_tokens", "truncated"),
        ("", "content_filter", "refused"),
    ],
)
def test_no_verdict_by_the_work_is_the_work_s(said: str, stop: str, call: str) -> None:
    """Where the reference prompt gets verdicts, the work flags nothing, and it is counted."""
    answers, runs, _ = gone_by(by_probe("FLAG", said), stop=stop)
    assert answers == ("odd",) * len(RECORDS)
    assert runs.calls == {call: CALLED} and runs.probe == {"flagged": PROBED}


@pytest.mark.parametrize("said", ["It depends.", "I can't do that.", "", RuntimeError("down")])
def test_no_verdict_by_the_reference_prompt_is_the_runner_s(said: str | Exception) -> None:
    """The work isn't weighed: nothing of it is known, and it isn't even asked for."""
    with pytest.raises(CheckFailed, match=r"goes by no prompt: 6 \w+ for the reference one"):
        gone_by(by_probe(said, "FLAG"))


def test_a_provider_that_fails_on_a_record_leaves_all_unweighed() -> None:
    """Five records with an answer are no worth of six."""
    with pytest.raises(CheckFailed, match="the runner failed on 1 of 6 records"):
        gone_by(lambda asked: RuntimeError("down") if '"r-3"' in asked else "PASS")


def test_a_call_that_fails_among_others_costs_nothing() -> None:
    """Two of three have said the same already."""
    left = [1]

    def once(asked: str) -> str | Exception:
        if '"r-3"' in asked and left:
            return RuntimeError(f"down {left.pop()}")
        return "FLAG"

    answers, runs, _ = gone_by(once)
    assert answers == ("flagged",) * len(RECORDS)
    assert runs.calls == {"flagged": CALLED - 1, "error": 1}


def test_another_model_s_answer_is_no_answer() -> None:
    """Nor is it the work's fault."""
    with pytest.raises(CheckFailed, match="another model than the runner answered: b for a"):
        gone_by(lambda asked: OtherModel("b for a"))


def test_a_budget_that_is_reached_is_no_verdict() -> None:
    """The sample is taken up again by a later run."""
    with pytest.raises(BudgetReached):
        gone_by(lambda asked: BudgetReached("used up"))


def test_nothing_to_read_costs_nothing() -> None:
    """Where no prompt was handed in, nobody is asked, and nothing is flagged."""
    answers, runs, seen = gone_by(lambda asked: "FLAG", prompt=None)
    assert set(answers) == {"odd"} <= set(get_args(Answer))
    assert not seen and not runs.calls
