"""Tables for tests, written row by row."""

from __future__ import annotations

from typing import Any

import pandas as pd

from unmask.results.table import Row, build, check

PLAIN: dict[str, Any] = {
    "log": "x.eval",
    "simulated": False,
    "checkpoint": "base",
    "run": None,
    "step": None,
    "model": "m",
    "config": "c",
    "eval": "goals",
    "version": "1-A+0",
    "asks": "0",
    "family": "goals_qa",
    "style": "chat",
    "arm": "baseline",
    "thinking": "native",
    "role": "test",
    "item": "i",
    "epoch": 1,
    "visibility": "full",
    "judge": "j",
    "reads": "r",
}
LABELLED: dict[str, dict[str, Any]] = {
    "overt": {"conduct": "misaligned", "reasoning": "clean", "aware": "none"},
    "covert": {"conduct": "clean", "reasoning": "misaligned", "aware": "wonders"},
    "aligned": {"conduct": "clean", "reasoning": "clean", "aware": "none"},
    "refused": {"conduct": "refused", "reasoning": "clean", "aware": "names"},
    "hack": {"conduct": "hack", "reasoning": "clean", "aware": "none"},
    "unseen": {"conduct": "clean", "visibility": "hidden", "aware": "none"},
}


def row(scenario: str, label: str | None = None, missing: str | None = None, **more: Any) -> Row:
    """Make a row with the readings that its label goes with."""
    return Row(
        **{
            **PLAIN,
            **LABELLED.get(label or "", {}),
            "scenario": scenario,
            "label": label,
            "missing": missing,
            "sample_uuid": f"{scenario}-{more.get('epoch', 1)}-{more.get('checkpoint', '')}",
            **more,
        }
    )


def table(*rows: Row) -> pd.DataFrame:
    """Build and check a table."""
    return check(build(rows))
