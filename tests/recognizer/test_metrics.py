"""Metrics against scikit-learn and against plain loops, over many score sets full of ties."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve

from faces.errors import DataError
from recognizer import metrics

SEEDS = range(12)


def tied_scores(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    """Whole numbers, from fewer for some seeds, so that ties are many or few."""
    draw = np.random.default_rng(seed)
    return draw.integers(0, draw.choice([2, 5, 40, 10_000]), shape).astype(float)


def identification(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(1000 + seed)
    gallery = np.array([f"p{i}" for i in draw.permutation(np.r_[0:6, 0:3])])
    probes = draw.choice(np.unique(gallery), 20)
    return tied_scores(seed, (20, len(gallery))), probes, gallery


def verification(seed: int) -> tuple[np.ndarray, np.ndarray]:
    same = np.random.default_rng(2000 + seed).random((25, 20)) < 0.1
    same[0, :2] = [True, False]
    return tied_scores(seed, same.shape) + same, same  # genuine and impostor scores tie, too


def loop_rank(row: np.ndarray, own: str, gallery: np.ndarray) -> int:
    best = max(score for score, subject in zip(row, gallery, strict=True) if subject == own)
    others = {s for score, s in zip(row, gallery, strict=True) if s != own and score >= best}
    return 1 + len(others)


@pytest.mark.parametrize("seed", SEEDS)
def test_ranks_rank1_and_cmc_equal_a_plain_loop(seed):
    scores, probes, gallery = identification(seed)
    expected = [loop_rank(row, own, gallery) for row, own in zip(scores, probes, strict=True)]
    assert metrics.ranks(scores, probes, gallery).tolist() == expected
    assert metrics.rank1(scores, probes, gallery) == np.mean(np.array(expected) == 1)
    shares = [np.mean([rank <= k for rank in expected]) for k in range(1, 7)]
    np.testing.assert_allclose(metrics.cmc(scores, probes, gallery), shares, rtol=0, atol=1e-15)


def test_a_tie_with_an_impostor_at_the_top_is_no_match():
    names = np.array(["a", "b"])
    assert metrics.rank1(np.ones((2, 2)), names, names) == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_roc_and_auc_equal_scikit_learn(seed):
    scores, same = verification(seed)
    expected = roc_curve(same.ravel(), scores.ravel(), drop_intermediate=False)
    for ours, theirs in zip(metrics.roc(scores, same), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-15)
    reference = roc_auc_score(same.ravel(), scores.ravel())
    assert metrics.auc(scores, same) == pytest.approx(reference, abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("far", [0.025, 0.1, 0.29, 0.5, 0.999])
def test_verification_rate_is_the_last_roc_point_within_the_far(seed, far):
    scores, same = verification(seed)
    false, true, _ = roc_curve(same.ravel(), scores.ravel(), drop_intermediate=False)
    expected = true[np.flatnonzero(false <= far)[-1]]
    assert metrics.verification_rate(scores, same, far) == pytest.approx(expected, abs=1e-12)


def test_a_far_that_is_met_exactly_is_used_in_full():
    impostors = np.arange(100.0)
    for accepted in range(10, 101):
        threshold = metrics.acceptance_threshold(impostors, accepted / 100)
        assert np.count_nonzero(impostors > threshold) == accepted


def test_a_far_that_rests_on_too_few_impostors_is_refused():
    with pytest.raises(DataError, match=r"FAR=0\.01 of 999 impostor"):
        metrics.acceptance_threshold(np.arange(999.0), 0.01)
    assert metrics.acceptance_threshold(np.arange(1000.0), 0.01) == 989


@pytest.mark.parametrize("seed", SEEDS)
def test_placements_equal_a_plain_loop(seed):
    genuine, impostors = metrics.split(*verification(seed))
    expected = [np.mean([(i < g) + 0.5 * (i == g) for i in impostors]) for g in genuine]
    np.testing.assert_allclose(metrics.placements(genuine, impostors), expected, atol=1e-13)


def test_what_cannot_be_scored_is_refused():
    names = np.array(["a", "b"])
    with pytest.raises(DataError, match="without a gallery image: c"):
        metrics.ranks(np.zeros((1, 2)), np.array(["c"]), names)
    with pytest.raises(DataError, match="NaN"):
        metrics.rank1(np.full((2, 2), np.nan), names, names)
    with pytest.raises(DataError, match="one kind is missing"):
        metrics.roc(np.zeros(3), np.ones(3, bool))
