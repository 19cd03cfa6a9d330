"""Tests training variation against variances of differences and the analysis of variance."""

import numpy as np
import pytest

from reports.training_variation import interaction, variation_of_differences, variation_of_means


def random_means(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng([seed, *shape]).normal(size=shape)


@pytest.mark.parametrize("seeds", [2, 3, 6])
def test_of_two_sets_it_is_the_variance_of_their_differences(seeds):
    means = random_means(2, seeds)
    found = variation_of_differences(means)
    assert found.variance == pytest.approx((means[0] - means[1]).var(ddof=1))
    assert found.freedom == seeds - 1


def test_of_many_sets_it_is_the_mean_over_all_pairs():
    means = random_means(5, 4)
    pairs = [(means[i] - means[j]).var(ddof=1) for i in range(5) for j in range(i)]
    assert variation_of_differences(means).variance == pytest.approx(np.mean(pairs))
    assert variation_of_differences(means).freedom == 4 * 3


def test_what_a_seed_does_to_all_sets_and_what_a_set_does_in_all_seeds_cancels():
    means = random_means(4, 3)
    moved = means + random_means(1, 3, seed=1) + random_means(4, 1, seed=2)
    assert variation_of_differences(moved).variance == pytest.approx(
        variation_of_differences(means).variance
    )
    np.testing.assert_allclose(interaction(moved).sum(0), 0, atol=1e-12)
    np.testing.assert_allclose(interaction(moved).sum(1), 0, atol=1e-12)


def test_of_means_it_is_the_average_variance_over_seeds():
    means = random_means(6, 4)
    assert variation_of_means(means).variance == pytest.approx(means.var(1, ddof=1).mean())
    alone = variation_of_means(means[:1])
    assert alone.variance == pytest.approx(means[0].var(ddof=1))
    assert alone.freedom == pytest.approx(3)


def test_the_freedom_of_means_lies_between_one_set_and_all():
    shared = np.tile(random_means(1, 4), (6, 1))
    assert variation_of_means(shared).freedom == pytest.approx(3)  # six copies say no more than one
    own = interaction(random_means(6, 4))
    assert variation_of_means(own).freedom == pytest.approx(15)
    assert 3 < variation_of_means(shared + own).freedom < 18


def test_seeds_that_agree_show_no_variation():
    assert variation_of_means(np.tile(random_means(3, 1), (1, 4))).variance == pytest.approx(0)
    assert variation_of_means(np.ones((3, 4))).freedom == 3
    same = np.tile(random_means(3, 1), (1, 4))
    assert variation_of_differences(same).variance == pytest.approx(0)
