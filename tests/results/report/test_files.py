"""The files for other tools."""

from __future__ import annotations

import csv
import io
import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from tests.results.report.made import HOSTILE, material, observation, table

from unmask.results.report.build import Material
from unmask.results.report.files import csv as csv_text
from unmask.results.report.files import report_files, report_texts
from unmask.results.table import build, check

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"]


def files_of(made: Material) -> dict[str, bytes]:
    """Make all files of a report."""
    return report_files(report_texts(made), made.table)


def read(text: str) -> list[dict[str, str]]:
    """Read CSV as any program would."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_no_text_is_a_formula() -> None:
    """Whatever a model, a log or a scenario is called, a spreadsheet shows it as text."""
    rows = [observation(n, scenario=text, model=text) for n, text in enumerate(FORMULAS)]
    rows.append(observation(99, scenario="'=1+1", model="plain - text"))
    rows.append(observation(98, effect=-0.5))
    for row in read(csv_text(check(build(rows)))):
        for name, cell in row.items():
            assert not cell.startswith(("=", "+", "@", "\t", "\r", "\n")), name
            assert not cell.startswith("-") or name == "effect"
    assert "plain - text" in csv_text(check(build(rows)))


def test_csv_keeps_every_row_and_null() -> None:
    """A row of text with line breaks and quotes is still one row; a null is an empty cell."""
    held = check(build([observation(1, error='a\n"b",c'), observation(2)]))
    rows = read(csv_text(held))
    assert [row["error"] for row in rows] == ['a\n"b",c', ""]
    assert list(rows[0]) == list(held.columns)


def test_parquet_is_the_table() -> None:
    """Parquet gives back the table, types and nulls included."""
    held = table()
    again = pq.read_table(io.BytesIO(files_of(material(held))["observations.parquet"]))
    assert again.schema.field("cue").type == pa.dictionary(pa.int32(), pa.string())
    assert again.column("cue").null_count == len(held)
    for name in ("label", "step", "lied", "effect", "epoch", "sample_uuid", "missing"):
        values = held[name].astype(object)
        assert again.column(name).to_pylist() == [None if pd.isna(x) else x for x in values]


def test_all_files_can_be_written() -> None:
    """Even lone surrogates leave as bytes; rates are JSON without NaN."""
    files = files_of(material(text=f"{HOSTILE} it", quote="it", notes=("\ud800",)))
    assert list(files) == [
        "report.html",
        "summary.md",
        "rates.json",
        "observations.parquet",
        "observations.csv",
    ]
    assert json.loads(files["rates.json"])["schema"] == 1
