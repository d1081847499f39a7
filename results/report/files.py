"""The report's files, as bytes by name; whoever writes them chooses where."""

from __future__ import annotations

import json

import pandas as pd

from unmask.results.parquet import to_parquet
from unmask.results.rates import to_json
from unmask.results.report.build import Material
from unmask.results.report.html import render_html
from unmask.results.report.markdown import render_markdown
from unmask.results.table import SCHEMA

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet may take for the start of a formula."""


def report_files(material: Material) -> dict[str, bytes]:
    """Make every file of the report, `report.html` first."""
    rates = json.dumps(to_json(material.rows, material.level), indent=1, allow_nan=False)
    return {
        "report.html": _bytes(render_html(material)),
        "summary.md": _bytes(render_markdown(material)),
        "rates.json": _bytes(rates + "\n"),
        "observations.parquet": to_parquet(material.table),
        "observations.csv": _bytes(csv(material.table)),
    }


def csv(table: pd.DataFrame) -> str:
    """Write the table as CSV in which no text from a model or log is a formula.

    A text that begins as a formula would gets an apostrophe before it, which spreadsheets hide.
    Numbers stay as they are.
    """
    safe = table.copy()
    for name in safe.columns:
        if SCHEMA[name] == "category":
            safe[name] = safe[name].map(_defuse, na_action="ignore")
        elif SCHEMA[name] == "string":
            risky = safe[name].str.startswith(FORMULA, na=False)
            safe.loc[risky, name] = "'" + safe.loc[risky, name]
    # With both characters in the terminator, a cell that holds either one is quoted.
    return str(safe.to_csv(index=False, lineterminator="\r\n"))


def _defuse(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")
