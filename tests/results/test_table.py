"""The table's check: what is no table is refused, with the row that shows it."""

from typing import Any

import pandas as pd
import pytest
from tests.results.rowbook import row, table

from unmask.errors import BadInput
from unmask.results.table import SCHEMA, build, check


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "exactly one of label, value and missing"),
        ({"label": "aligned", "missing": "error"}, "exactly one of label, value and missing"),
        ({"label": "aligned", "value": 1.0}, "exactly one of label, value and missing"),
        ({"label": "benign"}, "label is none of .*'benign'"),
        ({"missing": "oops"}, "missing is none of"),
        ({"label": "aligned", "visibility": "foggy"}, "visibility is none of"),
        ({"label": "aligned", "role": "extra"}, "role is none of"),
        ({"label": "aligned", "model": None}, "model is empty"),
    ],
)
def test_rows_that_are_refused(fields: dict[str, Any], said: str) -> None:
    """Each rule refuses its breach and names the sample."""
    with pytest.raises(BadInput, match=said) as caught:
        table(row("ok", "aligned"), row(**{"scenario": "bad", "sample_uuid": "bad-row", **fields}))
    assert "'bad-row' of 'x.eval'" in str(caught.value)


def test_a_key_stands_once() -> None:
    """One sample read twice by one judge under one rubric is a merge that failed."""
    with pytest.raises(BadInput, match="the key sample_uuid, judge, reads stands twice"):
        table(row("a", "aligned"), row("a", "overt"))


def test_columns_and_types_are_checked() -> None:
    """A lost column or another type is named."""
    good = table(row("a", "aligned"))
    with pytest.raises(BadInput, match=r"missing \['label'\], extra \[\]"):
        check(good.drop(columns="label"))
    with pytest.raises(BadInput, match="epoch should be int16, is int64"):
        check(good.astype({"epoch": "int64"}))


def test_an_empty_table_has_the_schema() -> None:
    """No rows are still a table of the right types."""
    empty = check(build([]))
    assert {name: str(dtype) for name, dtype in empty.dtypes.items()} == SCHEMA


def test_the_order_of_rows_given_changes_nothing() -> None:
    """The table is a function of the set of its rows."""
    rows = [row("b", "aligned"), row("a", "overt"), row("a", "covert", epoch=2)]
    pd.testing.assert_frame_equal(build(rows), build(reversed(rows)))
