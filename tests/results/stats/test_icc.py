"""The intra-scenario correlation."""

import numpy as np
import pytest

from unmask.results.stats import icc_anova, posterior_icc


def test_posterior_rises_with_clustering() -> None:
    """The same events in fewer scenarios mean a higher correlation."""
    spread = posterior_icc([1] * 10, 10)
    mixed = posterior_icc([2, 2, 2, 2, 2, 0, 0, 0, 0, 0], 10)
    heaped = posterior_icc([10] + [0] * 9, 10)
    assert spread < mixed < heaped


def test_posterior_finds_the_truth_in_large_samples() -> None:
    """With 400 scenarios of 20 samples the posterior mean is near the simulated ICC."""
    rng = np.random.default_rng(0)
    for icc in (0.1, 0.3, 0.6):
        precision = (1 - icc) / icc
        rates = rng.beta(0.3 * precision, 0.7 * precision, 400)
        assert posterior_icc(rng.binomial(20, rates), 20) == pytest.approx(icc, abs=0.06)


def test_posterior_ignores_order_and_side() -> None:
    """Neither the order of scenarios nor which outcome is counted matters."""
    y, m = np.array([0, 3, 1, 7]), np.array([5, 4, 6, 8])
    assert posterior_icc(y, m) == pytest.approx(posterior_icc(y[::-1], m[::-1]), abs=1e-12)
    assert posterior_icc(y, m) == pytest.approx(posterior_icc(m - y, m), abs=1e-12)


def test_prior_alone_where_data_say_nothing() -> None:
    """Single samples carry no information on the ICC: the prior mean a / (a + b) comes back."""
    assert posterior_icc([0, 1, 0], 1) == pytest.approx(1 / 3, abs=0.01)
    assert posterior_icc([0, 1, 0], 1, (2, 2)) == pytest.approx(1 / 2, abs=0.01)


@pytest.mark.parametrize(
    ("y", "m"), [([3], [10]), ([0, 1, 1], [1, 1, 1]), ([0, 0], [5, 5]), ([5, 5], [5, 5])]
)
def test_anova_refuses_where_nothing_can_be_estimated(y: list[int], m: list[int]) -> None:
    """One scenario, single samples or no variance give an error, not an ICC of 0."""
    with pytest.raises(ValueError, match="ICC"):
        icc_anova(y, m)


def test_prior_must_be_positive() -> None:
    """An impossible prior is refused."""
    with pytest.raises(ValueError, match="prior"):
        posterior_icc([1, 2], 5, (0, 2))
