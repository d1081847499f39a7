"""The whole way through, for tests: a battery on reference models, and the table it ends in."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from unmask.battery import Battery
from unmask.isolation import sandbox_of_run
from unmask.plan import cells
from unmask.results.observations import observe
from unmask.run import open_models, run_checkpoint


def battery(
    personas: Sequence[str | dict[str, Any]],
    *,
    grader: str | dict[str, Any] = "reference/judge",
    limit: int | None = 3,
    **more: Any,
) -> Battery:
    """Build a battery of `goals` on some personas."""
    checkpoints = [
        {"label": p, "model": f"reference/{p}"} if isinstance(p, str) else p for p in personas
    ]
    value = {
        "grader": grader,
        "checkpoints": checkpoints,
        "evals": [{"eval": "goals", "limit": limit}],
    }
    return Battery.model_validate(value | more)


def run(what: Battery, logs: Path) -> list[str]:
    """Run every checkpoint; return what was said on the way."""
    said: list[str] = []
    models = open_models(what)
    sandbox = sandbox_of_run(what, cells(what))
    for checkpoint in what.checkpoints:
        run_checkpoint(
            checkpoint, what, models, logs, sandbox=sandbox, display="none", say=said.append
        )
    return said


def table(logs: Path) -> pd.DataFrame:
    """Read the table of a folder of logs."""
    return observe(logs).table


def outcomes(logs: Path) -> Counter[str]:
    """How many samples have which label, or which reason for none."""
    rows = table(logs)
    found = rows["label"].astype(object).where(rows["label"].notna(), rows["missing"])
    return Counter(str(each) for each in found)
