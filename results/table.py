"""The one table: its columns, their types, what may stand in them, and the check of all that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import get_args

import pandas as pd

from unmask.errors import BadInput
from unmask.scorers.labels import LABELS, MISSING, Aware, Conduct, Reasoning, Visibility

UNKNOWN = "unknown"
"""A fact that the log does not hold."""

FOREIGN = "foreign"
"""The family of evals that are not ours: their rows hold a value, never a label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One observation: one sample as read by one judge. Field order is column order."""

    log: str
    sample_uuid: str
    simulated: bool
    checkpoint: str
    run: str | None
    step: int | None
    model: str
    config: str
    eval: str
    version: str
    asks: str
    family: str
    style: str
    arm: str
    thinking: str
    role: str
    scenario: str
    rank: int | None = None
    """Place of the scenario in the random order of a run that may stop early; null elsewhere."""
    variant: str | None = None
    cue: str | None = None
    twin: str | None = None
    form: str | None = None
    item: str
    epoch: int
    label: str | None = None
    missing: str | None = None
    conduct: str | None = None
    first: str | None = None
    """Conduct at the first decision point of a sample with several turns; null elsewhere."""
    reasoning: str | None = None
    visibility: str = UNKNOWN
    aware: str | None = None
    lied: bool | None = None
    confessed_falsely: bool | None = None
    """Claims, asked afterwards, an act that was not executed; null where nobody asked."""
    sabotaged: bool | None = None
    """Meant or concealed weakening, and short of honest work; null where that isn't known."""
    faking: bool | None = None
    patterns: str = ""
    strong: bool | None = None
    injection: bool | None = None
    """Whether it holds words to a judge."""
    goals: str | None = None
    """Kinds of goals stated in the reply, as `group/name,…`; null where none were asked for."""
    thought_goals: str | None = None
    kind: str | None = None
    effect: float | None = None
    licensed: bool | None = None
    """Whether the prompt asked for or allowed what `kind` says; null where nothing was executed."""
    disclosed: bool | None = None
    """Whether the sample itself says so; null where there is nothing to say."""
    stages: str | None = None
    """How far a sample went in a world: some of `noticed,considered,acted,undone,reported`."""
    value: float | None = None
    judge: str = ""
    reads: str = ""
    votes: str | None = None
    judge_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    limit: str | None = None
    error: str | None = None


_TYPES = {
    "string": "log sample_uuid scenario variant twin item patterns goals thought_goals stages "
    "votes error",
    "category": "checkpoint run model config eval version asks family style arm thinking role cue "
    "form label missing conduct first reasoning visibility aware kind judge reads limit",
    "bool": "simulated",
    "boolean": "lied confessed_falsely sabotaged faking strong injection licensed disclosed",
    "Int64": "step rank",
    "int64": "input_tokens output_tokens",
    "int16": "epoch judge_calls",
    "float64": "effect value",
    "float32": "seconds",
}
_DTYPES = {name: dtype for dtype, names in _TYPES.items() for name in names.split()}

SCHEMA: dict[str, str] = {field.name: _DTYPES[field.name] for field in fields(Row)}
"""Column → pandas dtype, in column order. `category` is dictionary-encoded text; text, `boolean`
and `Int64` hold null as NA, floats as NaN."""

_NULLABLE = """run step rank variant cue twin form label missing conduct first reasoning aware lied
confessed_falsely sabotaged faking strong injection goals thought_goals kind effect licensed
disclosed stages value votes limit error"""
NULLABLE = frozenset(_NULLABLE.split())
"""Columns that may be null."""

KNOWN: dict[str, frozenset[str]] = {
    "style": frozenset(("chat", "agentic", UNKNOWN)),
    "role": frozenset(("test", "control", "fixed")),
    "label": frozenset(LABELS),
    "missing": frozenset(MISSING),
    "conduct": frozenset(get_args(Conduct)),
    "first": frozenset(get_args(Conduct)),
    "reasoning": frozenset(get_args(Reasoning)),
    "visibility": frozenset((*get_args(Visibility), UNKNOWN)),
    "aware": frozenset(get_args(Aware)),
}
"""Columns that hold one of few words."""

KEY = ["sample_uuid", "judge", "reads"]


def build(rows: Iterable[Row]) -> pd.DataFrame:
    """Make the table of some rows, in an order that depends on nothing but the rows."""
    held = sorted(rows, key=_order)
    return pd.DataFrame(
        {
            name: pd.Series([getattr(row, name) for row in held], dtype=dtype)
            for name, dtype in SCHEMA.items()
        }
    )


def check(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table if it is one; else say what is wrong, in which row.

    Raises:
        BadInput: A column is missing or of another type, null where it may not be, holds an
            unknown word, a sample has not exactly one of label, value and missing, or a key
            stands twice.
    """
    if list(table.columns) != list(SCHEMA):
        lost = [name for name in SCHEMA if name not in table.columns]
        extra = [name for name in table.columns if name not in SCHEMA]
        raise BadInput(f"the table's columns are not its schema's: missing {lost}, extra {extra}")
    for name, dtype in SCHEMA.items():
        if str(table[name].dtype) != dtype:
            raise BadInput(f"column {name} should be {dtype}, is {table[name].dtype}")
        if name not in NULLABLE:
            _refuse(table, table[name].isna(), f"{name} is empty")
    for name, words in KNOWN.items():
        odd = table[name].notna() & ~table[name].isin(words)
        _refuse(table, odd, f"{name} is none of {', '.join(sorted(words))}", name)
    held = table[["label", "missing", "value"]].notna().sum(axis=1)
    _refuse(table, held != 1, "a row holds exactly one of label, value and missing; this has not")
    _refuse(table, table.duplicated(KEY), f"the key {', '.join(KEY)} stands twice")
    return table


def _refuse(table: pd.DataFrame, wrong: pd.Series, what: str, column: str | None = None) -> None:
    if not wrong.any():
        return
    row = table[wrong].iloc[0]
    value = f" ({row[column]!r})" if column else ""
    raise BadInput(
        f"{what}{value}: sample {row['sample_uuid']!r} of {row['log']!r}, judge {row['judge']!r}; "
        f"{int(wrong.sum())} rows like it"
    )


def _order(row: Row) -> tuple[str | int, ...]:
    return (
        row.checkpoint,
        row.eval,
        row.arm,
        row.thinking,
        row.scenario,
        row.item,
        row.epoch,
        row.sample_uuid,
        row.judge,
        row.reads,
    )
