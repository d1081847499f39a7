"""Agreement between raters."""

from math import isnan

import pytest

from unmask.results.stats import kappa_ac1, krippendorff_alpha_nominal


def test_rare_events_pull_kappa_and_ac1_apart() -> None:
    """118 of 125 agree and none on an event: kappa is about 0, AC1 nearly 1."""
    agreement = kappa_ac1([[118, 5], [2, 0]])
    assert agreement.kappa == pytest.approx(-0.0233, abs=1e-4)
    # Chance 2 · 0.028 · 0.972 = 0.054432; (0.944 - 0.054432) / (1 - 0.054432) = 0.94078
    assert agreement.ac1 == pytest.approx(0.94078, abs=1e-5)


def test_no_variety_is_undefined_for_kappa() -> None:
    """Where both raters only ever say one thing, kappa is NaN rather than perfect."""
    agreement = kappa_ac1([[100, 0], [0, 0]])
    assert isnan(agreement.kappa)
    assert agreement.ac1 == 1


def test_krippendorff_with_missing_ratings() -> None:
    """Krippendorff (2011) section C: four observers, twelve units, nominal alpha 0.743."""
    n = None
    ratings = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, n, n, n],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, n, 3],
        [n, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, n],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, n],
    ]
    assert krippendorff_alpha_nominal(ratings) == pytest.approx(0.743, abs=5e-4)
    with_nan = [[float("nan") if r is None else r for r in row] for row in ratings]
    assert krippendorff_alpha_nominal(with_nan) == krippendorff_alpha_nominal(ratings)


def test_krippendorff_takes_words() -> None:
    """Categories may be labels."""
    ratings = [["overt", "aligned", "aligned"], ["overt", "aligned", "aligned"]]
    assert krippendorff_alpha_nominal(ratings) == 1


@pytest.mark.parametrize("ratings", [[[1, 1], [1, 1]], [[1, None], [None, 1]], [[1, 2, 3]]])
def test_krippendorff_undefined(ratings: list[list[int | None]]) -> None:
    """One category only, or no text rated twice, has no alpha: NaN, not 1 and not 0."""
    assert isnan(krippendorff_alpha_nominal(ratings))


@pytest.mark.parametrize("table", [[[0, 0], [0, 0]], [[1, 2]], [[5]], [[1, -1], [0, 2]]])
def test_refuses_what_is_no_table(table: list[list[int]]) -> None:
    """A table must be square and hold counts."""
    with pytest.raises(ValueError, match="table"):
        kappa_ac1(table)


@pytest.mark.parametrize("ratings", [[], [[1, 2], [1]]])
def test_refuses_ragged_ratings(ratings: list[list[int]]) -> None:
    """Rows of ratings must be of one length."""
    with pytest.raises(ValueError, match="rows"):
        krippendorff_alpha_nominal(ratings)
