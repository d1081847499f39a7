"""The table as Parquet, there and back: what is read is what was written, types and all."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from unmask.results.table import SCHEMA, check


def to_parquet(table: pd.DataFrame, about: Mapping[str, str] | None = None) -> bytes:
    """Write a table: the same types whatever it holds, an empty column's included.

    Args:
        table: A table as `table.check` lets pass.
        about: What the file is to say of itself, beside its columns.
    """
    columns = {name: _column(table[name], dtype) for name, dtype in SCHEMA.items()}
    held = pa.table(columns)
    buffer = io.BytesIO()
    pq.write_table(held.replace_schema_metadata(dict(about)) if about else held, buffer)
    return buffer.getvalue()


def from_parquet(content: bytes) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read what `to_parquet` wrote: the table, equal in every type, and what was said of it.

    Raises:
        BadInput: It is no table.
        ValueError, OSError, LookupError: It is no Parquet, or columns are missing.
    """
    held = pq.read_table(io.BytesIO(content))
    table = pd.DataFrame({name: _series(held[name], dtype) for name, dtype in SCHEMA.items()})
    about = {key.decode(): value.decode() for key, value in (held.schema.metadata or {}).items()}
    return check(table), about


def _column(series: pd.Series, dtype: str) -> pa.Array:
    if dtype in ("category", "string"):
        text = pa.array(series.astype(object), type=pa.string(), from_pandas=True)
        return text.dictionary_encode() if dtype == "category" else text
    return pa.array(series, type=_ARROW[dtype], from_pandas=True)


def _series(column: pa.ChunkedArray, dtype: str) -> pd.Series:
    """Make a column as `table.build` does: a type of categories has a type of its own."""
    if column.null_count == len(column):
        return pd.Series([None] * len(column), dtype=dtype)
    values = column.to_pandas(integer_object_nulls=True)
    return pd.Series(values.astype(object) if dtype == "category" else values, dtype=dtype)


_ARROW = {
    "bool": pa.bool_(),
    "boolean": pa.bool_(),
    "Int64": pa.int64(),
    "int64": pa.int64(),
    "int16": pa.int16(),
    "float64": pa.float64(),
    "float32": pa.float32(),
}
