"""The report's files, as bytes by name; whoever writes them chooses where."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pandas as pd

from unmask.results.parquet import to_parquet
from unmask.results.rates import to_json
from unmask.results.report.build import Material
from unmask.results.report.html import render_html
from unmask.results.report.markdown import render_markdown
from unmask.results.table import SCHEMA

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet may take for the start of a formula."""


def report_texts(material: Material) -> dict[str, str]:
    """Make the report's files for reading, which take long; `report.html` first."""
    rates = json.dumps(to_json(material.rows, material.level), indent=1, allow_nan=False)
    return {
        "report.html": render_html(material),
        "summary.md": render_markdown(material),
        "rates.json": rates + "\n",
    }


def report_files(texts: Mapping[str, str], table: pd.DataFrame) -> dict[str, bytes]:
    """Make every file of the report, the table's last."""
    return {
        **{name: text.encode("utf-8", "backslashreplace") for name, text in texts.items()},
        "observations.parquet": to_parquet(table),
        "observations.csv": csv(table).encode("utf-8", "backslashreplace"),
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
