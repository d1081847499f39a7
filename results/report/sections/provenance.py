"""What the results rest on: models, versions, digests, packages, and what was left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from unmask.results.report.section import Section
from unmask.results.report.template import render

Packages = Mapping[tuple[tuple[str, str], ...], int]
"""Package versions that logs were written with → number of logs."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint as its logs name it."""

    label: str
    run: str | None
    step: int | None
    models: tuple[str, ...]
    configs: tuple[str, ...]
    """Digests of the sampling configuration."""
    samples: int
    tokens: int
    """Input and output tokens together."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An eval in one version, with the digests of everything that it asked."""

    eval: str
    version: str
    asks: tuple[str, ...]
    scenarios: int
    samples: int


def section(
    table: pd.DataFrame, packages: Packages, notes: Sequence[str], versions: Mapping[str, str]
) -> Section:
    """List what a reader needs to make these results again.

    Args:
        table: The table.
        packages: What the logs were written with.
        notes: What reading the logs had to say.
        versions: What this report was made with.
    """
    once = table.drop_duplicates("sample_uuid")
    by_checkpoint = once.sort_values(["run", "step"], na_position="first").groupby(
        "checkpoint", observed=True, sort=False
    )
    by_eval = once.groupby(["eval", "version"], observed=True)
    return Section(
        "provenance",
        "Provenance",
        render(
            "sections/provenance.html.jinja2",
            checkpoints=[_checkpoint(str(name), rows) for name, rows in by_checkpoint],
            asked=[
                Asked(
                    str(name),
                    str(version),
                    _words(rows["asks"]),
                    rows["scenario"].nunique(),
                    len(rows),
                )
                for (name, version), rows in by_eval
            ],
            packages=packages,
            notes=notes,
            versions=versions,
        ),
    )


def _checkpoint(label: str, rows: pd.DataFrame) -> Checkpoint:
    first = rows.iloc[0]
    return Checkpoint(
        label,
        None if pd.isna(first["run"]) else str(first["run"]),
        None if pd.isna(first["step"]) else int(first["step"]),
        _words(rows["model"]),
        _words(rows["config"]),
        len(rows),
        int(rows["input_tokens"].sum() + rows["output_tokens"].sum()),
    )


def _words(column: pd.Series) -> tuple[str, ...]:
    return tuple(sorted(str(word) for word in column.dropna().unique() if word))
