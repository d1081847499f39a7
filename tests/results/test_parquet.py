"""The table as Parquet, there and back."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.results.tables import READ, row

from unmask.errors import BadInput
from unmask.results.parquet import from_parquet, to_parquet
from unmask.results.table import Row, build, check

WORDS = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """Draw a row with nulls, empty texts and numbers at will."""
    return row(
        draw(st.sampled_from([*READ, "grader_error", "not_run"])),
        run=draw(WORDS),
        step=draw(st.none() | st.integers(-(2**62), 2**62)),
        cue=draw(WORDS),
        error=draw(WORDS),
        lied=draw(st.none() | st.booleans()),
        effect=draw(st.none() | st.floats(allow_nan=False, allow_infinity=False)),
        seconds=draw(st.floats(0, 1e6, width=32)),
    )


@settings(deadline=None, max_examples=50)
@given(st.lists(rows(), max_size=4, unique_by=lambda each: each.sample_uuid))
def test_what_is_read_is_what_was_written(held: list[Row]) -> None:
    """Values, nulls, types and categories come back, whatever the rows, none of them included."""
    table = check(build(held))
    again, about = from_parquet(to_parquet(table, {"of": "this"}))
    pd.testing.assert_frame_equal(again, table)
    assert about["of"] == "this"


def test_a_file_that_is_no_table_is_refused() -> None:
    """What holds no row of ours is never taken for one."""
    wrong = build([row("aligned")]).assign(label=pd.Series(["odd"], dtype="category"))
    with pytest.raises(BadInput, match="label is none of"):
        from_parquet(to_parquet(wrong))
