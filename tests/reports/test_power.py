"""The foretold difference against simulated t tests, and how it moves with a plan."""

import numpy as np
import pytest
from scipy import stats

from reports.power import (
    DEMO,
    MOST_SEEDS,
    detectable_difference,
    power_sentence,
    seeds_needed,
    standard_error,
)


@pytest.mark.parametrize("seeds", [1, 3, 5])
def test_the_difference_is_found_with_that_power(seeds):
    """A mean with this standard error, divided by a spread with these degrees of freedom."""
    size = detectable_difference(60, 10, seeds, training_sets=9)
    error, freedom = standard_error(60, 10, seeds, 9)
    draw = np.random.default_rng(seeds)
    spread = error * np.sqrt(draw.chisquare(freedom, 40_000) / freedom)
    t = (size + error * draw.normal(size=40_000)) / spread
    assert np.mean(t > stats.t.ppf(0.975, freedom)) == pytest.approx(0.8, abs=0.01)


def test_the_standard_error_is_the_sum_of_its_parts():
    error, _ = standard_error(40, 5, 4, 7)
    of_subjects = DEMO.way_subject**2 / 40
    of_trainings = DEMO.variation**2 + DEMO.training_subject**2 / 40 + DEMO.probe**2 / 200
    assert error**2 == pytest.approx(of_subjects + of_trainings / 4)


def test_more_of_anything_finds_smaller_differences_and_more_questions_larger_ones():
    plan = {"subjects": 60, "probes_per_subject": 8, "seeds": 3, "training_sets": 5}
    size = detectable_difference(**plan)
    for name in plan:
        assert detectable_difference(**plan | {name: 2 * plan[name]}) < size
    assert detectable_difference(**plan, comparisons=3) > size
    assert detectable_difference(**plan, power=0.5) < size


def test_the_sentence_says_the_number_and_what_it_does_not_cover():
    text = power_sentence(60, 10, 3, training_sets=9, comparisons=3)
    size = detectable_difference(60, 10, 3, training_sets=9, comparisons=3)
    assert f"{100 * size:.1f} points" in text
    assert "60 people, 10 probes each, and 3 seeds" in text
    assert "as one of 3 comparisons" in text
    assert "says nothing about ways of training" in power_sentence(60, 10, 1, training_sets=9)
    assert "no difference can be detected" in power_sentence(1, 10, 3, training_sets=9)
    assert np.isnan(detectable_difference(1, 10, 3))
    alone = power_sentence(60, 10, 3, training_sets=1, comparisons=0)
    assert alone == power_sentence(60, 10, 3, training_sets=2, comparisons=1)


@pytest.mark.parametrize("people", [30, 60, 360])
@pytest.mark.parametrize("difference", [0.05, 0.08, 0.12])
def test_the_seeds_needed_are_the_fewest_that_detect_the_difference(people, difference):
    seeds = seeds_needed(people, 10, difference, comparisons=3)
    if seeds is None:
        assert detectable_difference(people, 10, MOST_SEEDS, comparisons=3) > difference
        return
    assert detectable_difference(people, 10, seeds, comparisons=3) <= difference
    assert seeds == 2 or detectable_difference(people, 10, seeds - 1, comparisons=3) > difference
