"""Columns by their codes say what pandas says of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmask.results.columns import among, counted, held, place_codes, plain, true

WORDS = st.lists(st.sampled_from(["a", "b", "", None]), max_size=12)


@pytest.mark.parametrize("dtype", ["category", object, "string"])
@settings(max_examples=30, deadline=None)
@given(words=WORDS)
def test_words_are_read_as_pandas_reads_them(dtype: str, words: list[str | None]) -> None:
    """Of whatever type the column is: held, one of some, as objects, and counted."""
    column = pd.Series(words, dtype=dtype)
    assert held(column).tolist() == column.notna().tolist()
    assert among(column, "a", "c").tolist() == column.isin(["a", "c"]).tolist()
    assert plain(column).tolist() == words
    assert counted(column) == column.value_counts()[lambda each: each > 0].to_dict()


@pytest.mark.parametrize("dtype", ["boolean", object])
def test_only_yes_is_true(dtype: str) -> None:
    """Null is not."""
    assert true(pd.Series([True, False, pd.NA], dtype=dtype)).tolist() == [True, False, False]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["x", "y", None]))))
def test_equal_rows_have_equal_numbers_across_tables(rows: list[tuple[str, str | None]]) -> None:
    """A null equals a null, in text as in categories, and the split is that of the tables."""
    frame = pd.DataFrame(rows, columns=["one", "two"]).astype({"one": "string", "two": "category"})
    cut = len(rows) // 2
    first, second = place_codes(frame[:cut], frame[cut:], on=["one", "two"])
    assert (len(first), len(second)) == (cut, len(rows) - cut)
    codes = np.concatenate([first, second])
    for number, row in zip(codes, rows, strict=True):
        assert [bool(each) for each in codes == number] == [other == row for other in rows]
