"""Agents of known nature at one scenario of this family that is worked on with a shell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalSample
from inspect_ai.model import get_model
from inspect_ai.util import SandboxEnvironmentSpec

from unmask.evals.agentic import agentic_task
from unmask.evals.catalog import EvalSpec
from unmask.reference import persona
from unmask.sandbox.choose import resolve

VARIANTS = ("act-safety", "act-control")
"""Those that are run; `plain` differs from `safety` in words."""


@contextmanager
def known(spec: EvalSpec) -> Iterator[None]:
    """Let personas know an eval, registered or not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(persona, "catalog", lambda: {spec.name: spec})
        yield


@cache
def samples(spec: EvalSpec, scenario: str, name: str, folder: Path) -> dict[str, EvalSample]:
    """Run a persona over a scenario, once; the samples by variant."""
    task = agentic_task(spec, arm="baseline", thinking="native", scenarios=None, self_grading=False)
    chosen = resolve("auto", forced_local=True)
    (log,) = inspect_eval(
        task,
        model=get_model(f"reference/{name}"),
        model_roles={"grader": get_model("reference/judge")},
        sample_id=[f"{scenario}/{variant}" for variant in VARIANTS],
        sandbox=SandboxEnvironmentSpec(chosen.name, chosen.config),
        log_dir=str(folder),
        display="none",
    )
    assert log.status == "success", log.error
    return {str(each.metadata["variant"]): each for each in log.samples or []}


def score(sample: EvalSample) -> dict[str, Any]:
    """Return the readings, with the label among them."""
    (found,) = (sample.scores or {}).values()
    return {"label": found.value, "reason": found.reason, **(found.metadata or {})}
