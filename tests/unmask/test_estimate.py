"""What a battery is said to take, before anything is spent."""

from __future__ import annotations

import pytest
from tests.unmask.pipeline import battery

from unmask.battery import Battery
from unmask.estimate import (
    REPLY_TOKENS,
    RUBRIC_TOKENS,
    TURN_TOKENS,
    TURNS,
    VERDICT_TOKENS,
    Estimate,
    estimate,
)
from unmask.plan import build_task, cells


def estimated(planned: Battery) -> Estimate:
    """Estimate the first checkpoint of a battery."""
    tasks = [(cell, build_task(cell)) for cell in cells(planned)]
    return estimate(planned.checkpoints[0], planned, tasks)


def length(planned: Battery) -> int:
    """Tokens of all requests, one epoch each."""
    tasks = [build_task(cell) for cell in cells(planned)]
    inputs = [sample.input for task in tasks for sample in task.dataset]
    texts = [m if isinstance(m, str) else "".join(each.text for each in m) for m in inputs]
    return sum(len(text) // 4 for text in texts)


def test_a_chat_sample_takes_one_call_and_two_readings() -> None:
    """Each reading is sent the rubric, the request and the reply."""
    planned = battery(["aligned"], limit=3, epochs=2)
    samples, asked = estimated(planned).samples, 2 * length(planned)
    found = estimated(planned)
    assert samples > 0
    assert found.model_calls == samples and found.judge_calls == 2 * samples
    assert found.model_tokens == asked + samples * REPLY_TOKENS
    read = 2 * (samples * (RUBRIC_TOKENS + REPLY_TOKENS) + asked)
    assert found.judge_tokens == read + 2 * samples * VERDICT_TOKENS


@pytest.mark.parametrize(("name", "debrief"), [("frame_colleague", 1), ("reward_hacking", 0)])
def test_agentic_work_takes_many_calls_each_sent_all_before_it(name: str, debrief: int) -> None:
    """A piece of it costs far more than a reply, and a question afterwards one call and reading."""
    planned = battery(["aligned"], evals=[{"eval": name, "limit": 2}])
    found = estimated(planned)
    calls = TURNS + debrief
    assert found.model_calls == found.samples * calls
    assert found.judge_calls == found.samples * (2 + debrief)
    grown = sum(TURN_TOKENS * before for before in range(calls))
    said = REPLY_TOKENS + calls * TURN_TOKENS // 2
    assert found.model_tokens == calls * length(planned) + found.samples * (grown + said)


def test_prices_of_checkpoint_and_judge_add_up() -> None:
    """A price that is missing makes the cost unknown, never nothing; reference models are free."""
    free = estimated(battery(["aligned"], limit=1))
    assert free.dollars == 0
    priced = battery(["aligned"], limit=1).model_dump(mode="json", by_alias=True)
    priced["checkpoints"][0] |= {"model": "mockllm/model", "prices": {"input": 1e6, "output": 0}}
    bought = estimated(Battery.model_validate(priced))
    assert bought.dollars == length(battery(["aligned"], limit=1))
    priced["grader"][0] |= {"model": "mockllm/judge"}
    assert estimated(Battery.model_validate(priced)).dollars is None
