"""Weights on this machine: what they take, and when they let go of it."""

from __future__ import annotations

import pytest
from inspect_ai.model import get_model

from unmask.battery import Checkpoint, ModelSpec
from unmask.weights import gpus_of, stop_server


@pytest.mark.parametrize(
    ("spec", "gpus"),
    [
        ({"model": "openai/m"}, 0),
        ({"model": "vllm/m"}, 1),
        ({"model": "vllm/m", "args": {"tensor_parallel_size": 4}}, 4),
        ({"model": "sglang/m", "args": {"tp": "2"}}, 2),
        ({"model": "hf/m"}, 1),
        ({"model": "vllm/m", "base_url": "http://elsewhere/v1"}, 0),
    ],
)
def test_weights_on_the_machine_take_gpus(spec: dict[str, object], gpus: int) -> None:
    """Those of a server elsewhere do not."""
    assert gpus_of(Checkpoint.model_validate({"label": "m", **spec})) == gpus


@pytest.mark.parametrize(
    ("later", "stopped"),
    [
        ([], True),
        (["vllm/other", "openai/judge"], True),
        (["vllm/base"], False),
        (["vllm/base:adapter"], False),
    ],
)
def test_a_server_stops_when_nobody_needs_its_weights(
    later: list[str], stopped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A next adapter on the same base, or a judge, keeps it; Inspect's own provider is asked."""
    model = get_model("vllm/base", memoize=False)
    closed: list[bool] = []
    monkeypatch.setattr(model.api, "close", lambda: closed.append(True))
    rest = [ModelSpec(model=each) for each in later]
    assert stop_server(model, ModelSpec(model="vllm/base"), rest) is stopped
    assert closed == [True] * stopped


def test_a_server_that_is_not_ours_is_left_alone() -> None:
    """Neither an API nor a server that was running before is stopped."""
    for spec in (ModelSpec(model="openai/m"), ModelSpec(model="vllm/m", base_url="http://x/v1")):
        assert not stop_server(get_model("none/none", memoize=False), spec, [])
