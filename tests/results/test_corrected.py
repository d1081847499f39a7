"""Rates corrected for a judge's errors: by the very judge and reads, or not at all."""

import pytest
from tests.results.rowbook import row, table

from unmask.results.calibration import Calibration
from unmask.results.rates import CARRIED, RateRow, rates, to_json
from unmask.results.report.terminal import rates_table
from unmask.results.stats import corrected_rate, rate_ci_default

KNOWN = Calibration(judge="j", reads="r", measure="misaligned", tp=36, n_pos=40, fp=4, n_neg=120)
TABLE = table(
    *(row(f"s{at}", "overt" if at < 6 else "aligned", item=f"i{at}") for at in range(40)),
)


def misaligned(*calibrations: Calibration) -> RateRow:
    """Compute the one rate."""
    (found,) = rates(TABLE, ["misaligned"], calibrations=calibrations)
    return found


def test_corrected_beside_raw() -> None:
    """The raw rate stays as it is; the corrected one is the melded one on its effective size."""
    plain, found = misaligned(), misaligned(KNOWN)
    expected = corrected_rate(rate_ci_default([1] * 6 + [0] * 34, 1), 36, 40, 4, 120)
    assert (found.rate, found.low, found.high) == (plain.rate, plain.low, plain.high)
    assert plain.corrected is None and plain.uncorrected is None
    assert found.corrected is not None
    made = found.corrected
    assert (made.rate, made.low, made.high) == (expected.rate, expected.low, expected.high)
    assert made.sensitivity == 0.9 and made.specificity == pytest.approx(1 - 4 / 120)
    assert to_json([found])["rates"][0]["corrected"]["condition"] == CARRIED


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"judge": "k"}, "calibrated is k, not j"),
        ({"reads": "q"}, "other rubrics, template, patterns or thresholds"),
        ({"measure": "refused"}, "not calibrated for 'misaligned'"),
        ({"tp": 10}, "tells too little"),
        ({"n_neg": 0, "fp": 0}, "one class only"),
        ({"fp": 80, "tp": 40}, "contradicts these samples"),
    ],
)
def test_refused_with_a_reason(change: dict[str, str | int], reason: str) -> None:
    """A calibration of something else, or one that says too little, corrects nothing."""
    found = misaligned(KNOWN.model_copy(update=change))
    assert found.corrected is None
    assert reason in (found.uncorrected or "")


def test_overt_is_corrected_by_conduct() -> None:
    """The two measures are one event."""
    known = KNOWN.model_copy(update={"measure": "conduct"})
    (found,) = rates(TABLE, ["overt"], calibrations=[known])
    assert found.corrected is not None


def test_the_column_stands_only_where_a_calibration_was_given() -> None:
    """A table without calibrations looks as it did."""
    heads = [[str(column.header) for column in rates_table([each]).columns] for each in (
        misaligned(), misaligned(KNOWN), misaligned(KNOWN.model_copy(update={"judge": "k"}))
    )]  # fmt: skip
    assert ["corrected" in head for head in heads] == [False, True, True]
