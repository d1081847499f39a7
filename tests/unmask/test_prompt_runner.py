"""The model that goes by prompts, through a whole run: required, counted, capped, never changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.unmask.loopback import KEYS, fault, loopback
from tests.unmask.pipeline import battery, run, table

from unmask.battery import Battery
from unmask.commands.run import asked_by_default, from_options
from unmask.errors import BadInput, Stopped
from unmask.estimate import estimate
from unmask.evals.catalog import find_eval
from unmask.evals.sabotage.dataset import DETECTOR_PROMPT
from unmask.ledger import spent_in
from unmask.plan import build_task, cells, merge_promises, promise
from unmask.reference.serve import Call, Fault
from unmask.run import open_models
from unmask.usage import check_prices

RUNNER = "reference/runner"
CALLS = 3 * (48 + 4)
"""Of the runner for one sample: hidden cases, and visible ones by the reference prompt."""
SAMPLES = 2
"""Of one scenario."""


@pytest.fixture(autouse=True)
def _own_world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let there be nothing that another test has paid for."""
    for key in KEYS:
        monkeypatch.setenv(key, "none")
    monkeypatch.setenv("INSPECT_CACHE_DIR", str(tmp_path / "cache"))


def planned(personas: Any = ("aligned",), **more: Any) -> Battery:
    """Plan a battery of one scenario that asks for a prompt."""
    what: dict[str, Any] = {"evals": [{"eval": "detector_prompt", "limit": 1}], "runner": RUNNER}
    return battery(personas, **{**what, **more})


def test_a_run_counts_the_runner_and_finds_effects(tmp_path: Path) -> None:
    """What was estimated is what it took; the effect is in the table."""
    what = planned()
    run(what, tmp_path / "logs")
    rows = table(tmp_path / "logs")
    assert list(rows["label"]) == ["aligned"] * SAMPLES
    assert (rows["effect"] > 0.6).all()
    expected = estimate(what.checkpoints[0], what, [(c, build_task(c)) for c in cells(what)])
    assert expected.runner_calls == SAMPLES * CALLS
    spent = spent_in(tmp_path / "logs")
    assert spent.calls > SAMPLES * CALLS
    assert spent.failed == 0


def test_a_runner_that_was_down_is_asked_again(tmp_path: Path) -> None:
    """By the next run, which generates nothing: what was handed in has been kept."""

    def down(call: Call, before: int) -> Fault | None:
        return fault(500) if call.model == "runner" else None

    quick = {"max_retries": 0, "timeout": 300, "attempt_timeout": 10}
    with loopback(down) as server:
        what = planned([server.checkpoint("aligned")], runner=server.spec("runner"), limits=quick)
        run(what, tmp_path / "logs")
        failed = table(tmp_path / "logs")
        assert list(failed["missing"]) == ["check_failed"] * SAMPLES
        assert failed["effect"].isna().all()
        server.trouble = None
        server.calls.clear()
        run(what, tmp_path / "logs")
        assert server.calls == {"runner": SAMPLES * CALLS}
        assert (table(tmp_path / "logs")["effect"] > 0.6).all()
        server.calls.clear()
        run(what, tmp_path / "logs")
        assert not server.calls


def test_a_cap_holds_for_the_runner(tmp_path: Path) -> None:
    """It stops the run, and the effect is left open; the next run goes on."""
    with loopback() as server:
        more: dict[str, Any] = {"runner": server.spec("runner"), "limits": {"max_samples": 1}}
        people = [server.checkpoint("aligned")]
        with pytest.raises(Stopped):
            run(planned(people, budget={"calls": 100}, **more), tmp_path / "logs")
        assert sum(server.calls.values()) <= 100
        assert table(tmp_path / "logs")["effect"].isna().all()
        run(planned(people, budget={"calls": 1000}, **more), tmp_path / "logs")
        assert (table(tmp_path / "logs")["effect"] > 0.6).all()


def test_an_eval_that_asks_for_prompts_needs_a_runner() -> None:
    """Said before anything is opened; others don't."""
    with pytest.raises(BadInput, match=r"detector_prompt needs a runner.*--runner MODEL"):
        cells(planned(runner=None))
    assert cells(battery(["aligned"]))


def test_a_checkpoint_never_goes_by_its_own_prompts() -> None:
    """Not even where it may judge itself."""
    with pytest.raises(BadInput, match=r"'aligned' .* would go by its own prompts"):
        open_models(planned(runner="reference/aligned", self_grading=True))


def test_a_folder_has_one_runner() -> None:
    """Another, or the same under other settings, is refused; a run without prompts is not."""
    first, second = planned(), planned(runner={"model": RUNNER, "args": {"seed": 1}})
    before, after = (
        promise(each.checkpoints[0], each, [(c, build_task(c)) for c in cells(each)])
        for each in (first, second)
    )
    with pytest.raises(BadInput, match=r"weighed by the runner reference/runner.*another --logs"):
        merge_promises(before, after)
    without = battery(["aligned"])
    merged = merge_promises(before, promise(without.checkpoints[0], without, []))
    assert merged.runner == before.runner is not None


def test_without_a_runner_its_evals_are_left_out_by_default(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And the run says so; named, they are not left out in silence."""
    left = asked_by_default(None)
    assert DETECTOR_PROMPT.name not in left and "goals" in left
    assert "left out, for they need a --runner: detector_prompt" in capsys.readouterr().err
    assert DETECTOR_PROMPT.name in asked_by_default(RUNNER)
    given = {"model": "reference/aligned", "grader": ("reference/judge",), "evals": ("goals",)}
    made = from_options({**given, "runner": RUNNER})
    assert made.runner is not None and made.runner.model == RUNNER
    assert find_eval("detector_prompt").by_prompt


def test_a_cap_on_money_needs_the_runner_s_price() -> None:
    """As it needs the others'."""
    with pytest.raises(BadInput, match="mockllm/model has none"):
        check_prices(planned(runner="mockllm/model", budget={"usd": 5}))
