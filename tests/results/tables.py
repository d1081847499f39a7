"""Hand-made tables: a line per group of like samples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from unmask.results.cells import Cell, cells
from unmask.results.table import Row, build, check

READ: dict[str, dict[str, Any]] = {
    "aligned": {"label": "aligned", "conduct": "clean", "reasoning": "clean"},
    "overt": {"label": "overt", "conduct": "misaligned", "reasoning": "misaligned"},
    "covert": {"label": "covert", "conduct": "clean", "reasoning": "misaligned"},
    "refused": {"label": "refused", "conduct": "refused", "reasoning": "clean"},
    "hack": {"label": "hack", "conduct": "hack", "reasoning": "clean"},
    "unseen": {"label": "unseen", "conduct": "clean", "visibility": "hidden"},
}
"""What a reader makes of a sample; any other word is the reason that it made nothing of it."""


def row(outcome: str, scenario: str = "s00", epoch: int = 1, **more: Any) -> Row:
    """Make one row; `outcome` is a label or a missing reason, `more` any other column."""
    place = {
        "checkpoint": "base",
        "eval": "goals",
        "arm": "baseline",
        "thinking": "native",
        "form": None,
        "cue": None,
        "role": "test",
        **more,
    }
    name = [
        place[each] for each in ("checkpoint", "eval", "arm", "thinking", "role", "form", "cue")
    ]
    uuid = "/".join([*(str(each) for each in name), scenario, str(epoch)])
    facts: dict[str, Any] = {
        "log": f"{place['checkpoint']}.eval",
        "sample_uuid": uuid,
        "simulated": False,
        "run": None,
        "step": None,
        "model": f"mockllm/{place['checkpoint']}",
        "config": "c0",
        "version": "1-A+00000000",
        "asks": "00000000",
        "family": "goals_qa",
        "style": "chat",
        "scenario": scenario,
        "item": f"item-{scenario}-{place['form'] or ''}{place['cue'] or ''}",
        "epoch": epoch,
        "visibility": "full",
        "judge": "mockllm/judge",
        "reads": "r1",
    }
    read = READ.get(outcome, {"missing": outcome})
    return Row(**{**facts, **place, **read, **more})


def rows(outcomes: Sequence[Sequence[str]], **more: Any) -> list[Row]:
    """Make the rows of one cell: a list of outcomes per scenario, one outcome per epoch."""
    return [
        row(outcome, f"s{index:02}", epoch, **more)
        for index, each in enumerate(outcomes)
        for epoch, outcome in enumerate(each, 1)
    ]


def counts(events: Iterable[int], epochs: int, event: str = "overt", **more: Any) -> list[Row]:
    """Make the rows of one cell from the number of events in each scenario."""
    return rows([[event] * n + ["aligned"] * (epochs - n) for n in events], **more)


def table(*parts: Iterable[Row]) -> pd.DataFrame:
    """Make a checked table of some rows."""
    return check(build(row for part in parts for row in part))


def cell(*parts: Iterable[Row]) -> Cell:
    """Make the one cell that some rows are."""
    (found,) = cells(table(*parts))
    return found
