"""An answer of another model is never read, is named as that, and is asked for again."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.unmask.loopback import KEYS
from tests.unmask.pipeline import battery, outcomes, run, table

from unmask.reference.persona import recognise
from unmask.reference.serve import Bent, Call, ReferenceServer, Settings, serving
from unmask.silences import STREAK

FALLBACK = Bent(lambda body: json.dumps({**body, "model": "reference/aligned-mini"}).encode())
"""The same words, under another name."""


@contextmanager
def gateway(strange: Callable[[Call], bool]) -> Iterator[tuple[ReferenceServer, Counter[str]]]:
    """Serve, and let another model answer some calls; count all of them by model."""
    calls: Counter[str] = Counter()

    def intercept(call: Call) -> Bent | None:
        calls[call.model] += 1
        return FALLBACK if strange(call) else None

    with serving(Settings(intercept=intercept)) as server:
        yield server, calls


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No keys, and no judge's reply from another test."""
    for key in KEYS:
        monkeypatch.setenv(key, "none")
    monkeypatch.setenv("INSPECT_CACHE_DIR", str(tmp_path / "cache"))


def spec(name: str, server: ReferenceServer) -> dict[str, Any]:
    """A model behind the gateway."""
    return {"model": f"openai-api/local/{name}", "base_url": server.openai_url}


def test_a_checkpoint_that_falls_back(tmp_path: Path) -> None:
    """Some samples' answers come from elsewhere: `other_model`, until the model itself answers."""
    falling = {"on": True}
    fallen: set[str] = set()

    def strange(call: Call) -> bool:
        item = recognise([(turn.role, turn.text) for turn in call.turns]).item
        if falling["on"] and len(fallen) < 2:
            fallen.add(item)
        return falling["on"] and item in fallen

    with gateway(strange) as (server, calls):
        what = battery([{"label": "c", **spec("aligned", server)}], limit=3)
        run(what, tmp_path)
        first, errors = outcomes(tmp_path), set(table(tmp_path)["error"].dropna())
        falling["on"] = False
        before = calls["aligned"]
        run(what, tmp_path)
    assert set(first) == {"aligned", "other_model"}
    assert any("aligned-mini answered for aligned" in error for error in errors)
    assert outcomes(tmp_path) == {"aligned": first.total()}
    assert calls["aligned"] - before == first["other_model"]


def test_a_judge_that_falls_back(tmp_path: Path) -> None:
    """Readings of another judge are no readings; its own are made later, without a generation."""
    falling = {"on": False}

    def strange(call: Call) -> bool:
        return falling["on"] and call.model == "judge"

    with gateway(strange) as (server, calls):
        checkpoint = {"label": "c", **spec("aligned", server)}
        one = battery([checkpoint], grader=spec("judge", server), limit=1)
        run(one, tmp_path)
        falling["on"] = True
        two = battery([checkpoint], grader=spec("judge", server), limit=2)
        run(two, tmp_path)
        fallen, asked = outcomes(tmp_path), Counter(calls)
        falling["on"] = False
        run(two, tmp_path)
    assert set(fallen) == {"aligned", "grader_other_model"}
    assert outcomes(tmp_path) == {"aligned": fallen.total()}
    assert calls["aligned"] == asked["aligned"]


def test_a_model_that_is_always_another_is_soon_not_asked(tmp_path: Path) -> None:
    """A gateway that never serves what it is asked for costs a few calls, not a battery of them."""
    with gateway(lambda call: True) as (server, calls):
        checkpoint = {"label": "c", **spec("aligned", server)}
        what = battery([checkpoint], limit=5, limits={"max_connections": 1, "max_samples": 1})
        run(what, tmp_path)
    assert set(outcomes(tmp_path)) == {"other_model"}
    assert calls["aligned"] == STREAK
