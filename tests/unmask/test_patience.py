"""A provider that says how long to wait is taken at its word, within the limit of the battery."""

import time
from pathlib import Path

import httpx
import pytest
from tenacity import Future, RetryCallState, Retrying, wait_fixed
from tests.unmask.faulty import error
from tests.unmask.loopback import KEYS, first, loopback
from tests.unmask.pipeline import battery, run, table

from unmask.battery import Limits, ModelSpec
from unmask.models import open_model
from unmask.patience import RetryAfter
from unmask.reference.serve import Fault


def after(failure: Exception) -> RetryCallState:
    """A call whose first attempt ended in this."""
    state = RetryCallState(Retrying(), None, (), {})
    state.outcome = Future(1)
    state.outcome.set_exception(failure)
    return state


def refused(**headers: str) -> httpx.HTTPStatusError:
    """A 429 with these headers."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = httpx.Request("POST", "http://provider")
    return httpx.HTTPStatusError(
        "slow down", request=request, response=httpx.Response(429, headers=named, request=request)
    )


@pytest.mark.parametrize(
    ("failure", "waits"),
    [
        (refused(), 3),
        (refused(Retry_After="20"), 20),
        (refused(Retry_After="1"), 3),  # never less than the usual pause
        (refused(Retry_After="3600"), 60),
        (refused(Retry_After="soon"), 3),
        (refused(Retry_After="-5"), 3),
        (refused(x_ratelimit_reset_tokens="40s"), 40),
        (ConnectionResetError("no headers at all"), 3),
    ],
)
def test_waits_as_asked_within_the_limit(failure: Exception, waits: float) -> None:
    """What is asked for is waited, the usual pause at least and the limit at most."""
    assert RetryAfter(wait_fixed(3), limit=60)(after(failure)) == waits


def test_an_error_that_was_wrapped_is_read() -> None:
    """Inspect raises some providers' errors inside of one of its own."""
    wrapped = RuntimeError("the request, and what came back")
    wrapped.__cause__ = refused(Retry_After="20")
    assert RetryAfter(wait_fixed(3), limit=60)(after(wrapped)) == 20


def test_every_model_waits_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of the battery reaches the model that is opened."""
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    model = open_model(ModelSpec(model="openai/gpt-x"), "checkpoint", Limits(retry_after=7))
    wait = model.api.retry_wait()
    assert wait is not None
    assert wait(after(refused(Retry_After="3600"))) >= 7
    assert wait(after(refused(Retry_After="3600"))) <= 7


def test_a_provider_that_asks_for_time_gets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over the wire: 8 s are asked for, where Inspect's first pause is 3 to 6."""
    for key in KEYS:
        monkeypatch.setenv(key, "none")
    slow = error(429, "slow down", Retry_After="8")("chat")
    assert isinstance(slow, Fault)
    with loopback(first(1, slow)) as server:
        what = battery(
            [server.checkpoint("aligned")],
            evals=[{"eval": "goals", "limit": 1}],
            limits={"max_connections": 1},
        )
        began = time.monotonic()
        run(what, tmp_path)
    assert time.monotonic() - began > 8
    assert set(table(tmp_path)["label"]) == {"aligned"}
