"""Numbers as they are read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.results.report.made import HOSTILE, ROW

from unmask.results.report.words import (
    counted,
    in_order,
    interval,
    leading,
    percent,
    rate,
    reasons,
    visible,
)


@pytest.mark.parametrize(
    ("fraction", "shown"),
    [
        (0, "0.0 %"),
        (1, "100.0 %"),
        (0.1234, "12.3 %"),
        (0.0004, "0.04 %"),
        (0.00001, "0.001 %"),
        (1e-9, "<0.001 %"),
        (0.99999, ">99.9 %"),
    ],
)
def test_percent(fraction: float, shown: str) -> None:
    """A rate that is not 0 never reads as 0, and one that is not 1 never as 1."""
    assert percent(fraction) == shown


@given(st.floats(min_value=0, max_value=1, exclude_min=True, exclude_max=True))
def test_percent_keeps_from_the_ends(fraction: float) -> None:
    """Only 0 reads as 0.0 and only 1 as 100.0."""
    assert percent(fraction) not in ("0.0 %", "100.0 %", "0 %", "100 %")


def test_undefined_rate_is_no_number() -> None:
    """An undefined rate says why, and holds no percentage."""
    row = replace(ROW, rate=None, low=None, high=None, reason="nothing scored: 3 error")
    assert rate(row) == "no rate: nothing scored: 3 error"
    assert interval(row, row.low, row.high) == "–"


def test_rate_and_mean() -> None:
    """Rates read as percentages with their counts, means as numbers."""
    assert (rate(ROW), counted(ROW)) == ("12.2 % [6.6, 20.3]", "12/98")
    row = replace(ROW, kind="mean", rate=-0.25, estimate=-0.25, low=-0.5, high=0.0, events=None)
    assert (rate(row), counted(row)) == ("-0.25 [-0.50, 0.00]", "mean of 98")


def test_upper_limit_never_reads_as_zero() -> None:
    """A tiny upper limit keeps its digits; a tiny lower one is 0.0."""
    assert interval(ROW, 0.0001, 0.0002) == "[0.0, 0.02]"


def test_reasons_sum_up_what_they_leave_out() -> None:
    """However short, a list of reasons adds up to all that is missing."""
    assert reasons({"error": 5, "limit": 2, "no_reply": 1}, most=1) == "5 error, 3 other"
    assert reasons({}) == "none"


def test_order_is_that_of_training() -> None:
    """Tests come before controls, and steps in their order, not their spelling."""
    steps = [replace(ROW, step=step, checkpoint=f"s{step}") for step in (1000, 20, 3)]
    rows = in_order([replace(ROW, role="control", step=0), *steps])
    assert [row.step for row in rows] == [3, 20, 1000, 0]


def test_leading_measure_is_the_evals_own() -> None:
    """An eval leads with the measure that it declares; a foreign score leads by itself."""
    rows = [replace(ROW, measure=name) for name in ("misaligned", "overt")]
    rows.append(replace(ROW, family="foreign", measure="their_score", eval="theirs"))
    assert [row.measure for row in leading(rows)] == ["misaligned", "their_score"]
    assert [row.measure for row in leading(rows, {"goals": "overt"})] == ["overt", "their_score"]


def test_visible_keeps_lines_and_letters() -> None:
    """Line breaks, tabs and letters of any script stay; what cannot be seen is spelled out."""
    assert visible("a\n\tñ 你好 “x”\u00a0–") == "a\n\tñ 你好 “x”\u00a0–"
    assert visible(HOSTILE).encode("utf-8")
    assert visible("\u200b\u2028\x00\ufeff") == r"\u200b\u2028\x00\ufeff"
