"""Samples that take the situation for a test, and the rates without them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from unmask.results.rates import RateRow, rates
from unmask.results.report.section import Section
from unmask.results.report.template import render
from unmask.results.report.words import in_order, leading


@dataclass(frozen=True, slots=True)
class Pair:
    """A rate over all samples, and over those that neither name nor suspect a test."""

    all: RateRow
    unaware: RateRow | None
    aware: RateRow
    """The rate of awareness itself."""


def section(
    table: pd.DataFrame, rows: Sequence[RateRow], headline: Mapping[str, str], level: float
) -> Section | None:
    """Set each leading rate beside the same without aware samples; nothing where none was read."""
    if not table["aware"].notna().any():
        return None
    unaware = table[~table["aware"].isin(["names", "wonders"])]
    used = sorted({row.measure for row in leading(rows, headline) if row.family != "foreign"})
    others = {_key(row): row for row in rates(unaware, used, level)} if len(unaware) else {}
    aware = {_key(row): row for row in rows if row.measure == "eval_aware"}
    pairs = [
        Pair(row, others.get(_key(row)), aware[where])
        for row in in_order(leading(rows, headline))
        if row.role == "test" and (where := (*_key(row)[:-1], "eval_aware")) in aware
    ]
    return Section(
        "awareness",
        "Awareness of being tested",
        render(
            "sections/awareness.html.jinja2",
            pairs=pairs,
            arms=len({(row.arm, row.thinking) for row in rows}) > 1,
        ),
    )


def _key(row: RateRow) -> tuple[str | int | None, ...]:
    what = (row.checkpoint, row.run, row.step, row.config, row.eval, row.version)
    return (*what, row.form, row.arm, row.thinking, row.role, row.judge, row.reads, row.measure)
