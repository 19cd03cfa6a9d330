"""McNemar's exact test against the sum of binomial probabilities."""

from math import comb

import numpy as np
import pytest

from reports.mcnemar import mcnemar


def by_hand(only_a: int, only_b: int) -> float:
    """Twice the smaller tail of a fair coin, at most 1."""
    n = only_a + only_b
    tail = sum(comb(n, k) for k in range(min(only_a, only_b) + 1)) / 2**n
    return min(1.0, 2 * tail)


@pytest.mark.parametrize(("only_a", "only_b"), [(0, 0), (5, 0), (1, 9), (7, 7), (12, 3), (40, 22)])
def test_it_is_the_exact_tail_of_the_discordant_probes(only_a, only_b):
    a = [1] * only_a + [0] * only_b + [1, 1, 0]
    b = [0] * only_a + [1] * only_b + [1, 1, 0]
    assert mcnemar(np.array(a), np.array(b)) == pytest.approx(by_hand(only_a, only_b))


def test_seeds_are_pooled_and_probes_that_agree_do_not_count():
    a, b = np.random.default_rng(0).integers(0, 2, (2, 3, 50))
    wanted = by_hand(int(((a == 1) & (b == 0)).sum()), int(((b == 1) & (a == 0)).sum()))
    assert mcnemar(a, b) == pytest.approx(wanted)
    more = np.ones((3, 10))
    assert mcnemar(np.hstack([a, more]), np.hstack([b, more])) == pytest.approx(wanted)


def test_more_than_half_of_the_gallery_draws_make_a_hit():
    a = np.array([0.6, 0.8, 1.0, 0.5, 0.4])
    b = np.array([0.4, 0.2, 0.0, 0.0, 0.2])
    assert mcnemar(a, b) == pytest.approx(by_hand(3, 0))
