"""Curves: points of scikit-learn's ROC and of plain CMCs, averaged over draws, low ends kept."""

import numpy as np
import pytest
from sklearn.metrics import roc_curve

from recognizer import curves, metrics, outcomes
from recognizer.comparison import Comparison, Table, tally

SEEDS = range(8)


def compared(seed: int, people: int, draws: int) -> list[Comparison]:
    """Score of two probes per person, tied for odd seeds."""
    draw = np.random.default_rng(seed)
    gallery = np.array([f"p{i:03}" for i in range(people)])
    probes = np.repeat(gallery, 2)
    same = probes[:, None] == gallery
    scores = [draw.normal(size=same.shape) + 2 * same for _ in range(draws)]
    return [Comparison(Table(np.round(s, seed % 2 or 9)), probes, gallery) for s in scores]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_roc_is_the_conservative_rate_at_each_far_lowered_by_the_misses(seed):
    draws = compared(seed, 9, 3)
    x, y = curves.roc([tally(draw) for draw in draws], 0.5, (0.1,))
    expected = np.zeros(len(x))
    for draw in draws:
        same = draw.probe_subjects[:, None] == draw.gallery_subjects
        scores = draw.scores.block(slice(None))
        false, true, _ = roc_curve(same.ravel(), scores.ravel(), drop_intermediate=False)
        at = [np.flatnonzero(false <= far + 1e-12)[-1] for far in x]
        expected += true[at] / 2 / len(draws)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-12)
    assert len(x) <= curves.POINTS
    assert (x[0], x[-1], y[-1]) == (0, 1, 0.5)
    assert (np.diff(x) > 0).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_roc_passes_through_the_reported_rates(seed):
    fars = (0.1, 0.01, 0.0037)
    tallies = [tally(draw, fars) for draw in compared(seed, 60, 2)]
    x, y = curves.roc(tallies, 1.0, fars)
    found = outcomes.unseen(tallies, fars).values
    for far in fars:
        at = np.flatnonzero(x <= far)[-1]
        assert y[at] == pytest.approx(found[f"vr@far={far:g}"].mean(), abs=1e-12)


def test_a_long_roc_keeps_its_low_end():
    x, y = curves.roc([tally(draw) for draw in compared(0, 100, 1)], 1.0, (0.1, 0.01))
    assert len(x) <= curves.POINTS
    assert np.count_nonzero((x > 0) & (x < 0.01)) > 20
    assert (np.diff(y) >= 0).all()


@pytest.mark.parametrize("people", [8, 300])
def test_the_cmc_is_the_mean_over_draws_lowered_by_the_misses(people):
    draws = compared(1, people, 2)
    ranks, shares = curves.cmc([tally(draw) for draw in draws], 0.5)
    whole = np.mean(
        [
            metrics.cmc(d.scores.block(slice(None)), d.probe_subjects, d.gallery_subjects)
            for d in draws
        ],
        axis=0,
    )
    np.testing.assert_allclose(shares, whole[ranks - 1] / 2, rtol=0, atol=1e-15)
    assert len(ranks) <= curves.POINTS
    assert set(range(1, 9)) <= set(ranks)
    assert (ranks[-1], shares[-1]) == (people, 0.5)
