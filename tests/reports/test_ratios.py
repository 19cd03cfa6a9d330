"""Ratios of effects: Fieller's closed form, its coverage, and intervals without an end."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy import stats

from reports.ratios import ratio

Z = stats.norm.ppf(0.975)


@dataclass(frozen=True)
class Normal:
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Effects:
    """Two estimates that vary together, with variances a, b and covariance c, all known."""

    above: float
    below: float
    a: float
    b: float
    c: float

    def contrast(self, r: float) -> Normal:
        value = self.above - r * self.below
        error = np.sqrt(self.a - 2 * r * self.c + r**2 * self.b)
        return Normal(value, value - Z * error, value + Z * error)

    def closed_form(self) -> tuple[float, float]:
        """Roots of (above - r below)^2 = z^2 Var: Fieller 1954."""
        square = self.below**2 - Z**2 * self.b
        half = self.above * self.below - Z**2 * self.c
        rest = self.above**2 - Z**2 * self.a
        reach = np.sqrt(half**2 - square * rest)
        return (half - reach) / square, (half + reach) / square


def drawn(seed: int, below: float) -> Effects:
    rng = np.random.default_rng(seed)
    mix = rng.normal(size=(2, 2)) * rng.uniform(0.3, 1)
    (a, c), (_, b) = mix @ mix.T
    return Effects(rng.normal(0, 3), below, a, b, c)


@pytest.mark.parametrize("below", [8.0, -8.0])
def test_ends_are_those_of_the_closed_form(below):
    for seed in range(100):
        effects = drawn(seed, below)
        found = ratio(effects.above, effects.below, effects.contrast)
        assert found.value == pytest.approx(effects.above / below)
        assert (found.low, found.high) == pytest.approx(effects.closed_form(), abs=1e-3)
        assert found.bounded


def test_without_a_clear_effect_below_there_are_no_ends():
    for below in (0.5, -0.1, 1.9):
        effects = Effects(1.0, below, 1.0, 1.0, 0.2)
        found = ratio(effects.above, below, effects.contrast)
        assert not found.bounded
        assert (found.low, found.high) == (-np.inf, np.inf)
    assert np.isnan(ratio(1.0, 0.0, Effects(1, 0, 1, 1, 0).contrast).value)


def test_an_estimate_of_one_person_has_no_interval():
    found = ratio(1.0, 2.0, lambda r: Normal(1 - 2 * r, np.nan, np.nan))
    assert (found.value, found.bounded) == (0.5, False)


def test_intervals_contain_the_true_ratio_as_often_as_they_say():
    rng = np.random.default_rng(0)
    covered, tries = 0, 600
    for _ in range(tries):
        above, below = rng.multivariate_normal([2.0, 5.0], [[1.0, 0.4], [0.4, 1.0]])
        effects = Effects(above, below, 1.0, 1.0, 0.4)
        found = ratio(above, below, effects.contrast)
        covered += found.low <= 0.4 <= found.high
    assert covered / tries == pytest.approx(0.95, abs=0.03)


def test_effects_that_are_proportional_have_a_ratio_without_a_spread():
    """Then the contrast at the ratio is zero but for rounding, for every draw."""
    rng = np.random.default_rng(1)
    for _ in range(300):
        draws = rng.normal(5, 1, 400)
        true = rng.normal()

        def contrast(r: float, draws=draws, true=true) -> Normal:
            low, high = np.quantile(true * draws - r * draws, [0.025, 0.975])
            return Normal(float(np.mean(true * draws) - r * np.mean(draws)), low, high)

        found = ratio(float(np.mean(true * draws)), float(np.mean(draws)), contrast)
        assert (found.low, found.high) == pytest.approx((true, true), abs=1e-3)
