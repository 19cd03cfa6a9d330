"""Metrics against scikit-learn and against plain loops, over many score sets with ties."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from scipy.optimize import brentq
from sklearn.metrics import auc as area
from sklearn.metrics import det_curve, roc_curve

from faces.common.errors import DataError
from recognizer import metrics
from recognizer.impostor_counts import ImpostorCounter, ImpostorCounts, count_impostors

SEEDS = range(12)
SETS = 1000
FARS = (0.1, 0.2, 0.29, 0.5, 0.999)


def tied_scores(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    """Return whole numbers from a range that depends on the seed, so that ties are many or few."""
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


class Verification(NamedTuple):
    """Scores, who is who, and scikit-learn's ROC of them."""

    scores: np.ndarray
    same: np.ndarray
    false: np.ndarray
    true: np.ndarray
    thresholds: np.ndarray


@pytest.fixture(scope="module")
def verifications() -> list[Verification]:
    """A thousand small sets of scores: 3 to 12 genuine ones, 100 to 140 impostors, many ties."""
    sets = []
    for seed in range(SETS):
        draw = np.random.default_rng(seed)
        same = np.arange(draw.integers(112, 144)) < draw.integers(3, 13)
        levels = draw.choice([2, 4, 10, 50, 1000])
        lead = draw.choice([0, 1, 2]) * levels / 4
        scores = draw.integers(0, levels, len(same)) + np.floor(lead * same)
        sets.append(Verification(scores, same, *roc_curve(same, scores, drop_intermediate=False)))
    return sets


def loop_rank(row: np.ndarray, own: str, gallery: np.ndarray) -> int:
    best = max(score for score, subject in zip(row, gallery, strict=True) if subject == own)
    others = {s for score, s in zip(row, gallery, strict=True) if s != own and score >= best}
    return 1 + len(others)


@pytest.mark.parametrize("seed", SEEDS)
def test_ranks_rank_k_and_cmc_equal_a_plain_loop(seed):
    scores, probes, gallery = identification(seed)
    expected = [loop_rank(row, own, gallery) for row, own in zip(scores, probes, strict=True)]
    assert metrics.ranks(scores, probes, gallery).tolist() == expected
    assert metrics.rank1(scores, probes, gallery) == np.mean(np.array(expected) == 1)
    shares = [np.mean([rank <= k for rank in expected]) for k in range(1, 7)]
    np.testing.assert_allclose(metrics.cmc(scores, probes, gallery), shares, rtol=0, atol=1e-15)
    for k, share in enumerate(shares, 1):
        assert metrics.rank_k(scores, probes, gallery, k) == share


def test_a_tie_with_an_impostor_at_the_top_is_no_match():
    names = np.array(["a", "b"])
    assert metrics.rank1(np.ones((2, 2)), names, names) == 0
    assert metrics.accuracy(np.ones((2, 2)), np.arange(2)) == 0


def test_accuracy_equals_a_plain_loop():
    for seed in range(200):
        logits = tied_scores(seed, (15, 4))
        labels = np.random.default_rng(seed).integers(0, 4, 15)
        right = [
            all(row[label] > row[other] for other in range(4) if other != label)
            for row, label in zip(logits, labels, strict=True)
        ]
        assert metrics.correct(logits, labels).tolist() == right
        assert metrics.accuracy(logits, labels) == np.mean(right)


def test_roc_det_and_auc_equal_scikit_learn(verifications):
    for scores, same, false, true, thresholds in verifications:
        ours = metrics.roc(scores, same)
        assert np.array_equal(ours[2], thresholds)
        assert np.abs(np.subtract(ours[:2], (false, true))).max() < 1e-15
        assert np.abs(np.subtract(metrics.det(scores, same)[:2], (false, 1 - true))).max() < 1e-15
        assert abs(metrics.auc(scores, same) - area(false, true)) < 1e-12


def test_det_holds_every_point_of_scikit_learns(verifications):
    for scores, same, *_ in verifications[:100]:
        ours = metrics.det(scores, same)
        rows = np.searchsorted(-ours[2], -(theirs := det_curve(same, scores))[2])
        assert np.abs(np.array(ours[:2])[:, rows] - theirs[:2]).max() < 1e-12


def test_eer_is_the_crossing_on_scikit_learns_roc(verifications):
    for scores, same, false, true, _ in verifications:
        assert abs(metrics.eer(scores, same) - crossing(false, 1 - true)) < 1e-9


def crossing(false: np.ndarray, missed: np.ndarray) -> float:
    """Return the rate where FAR = FRR on the polyline through the ROC, found by bisection."""
    along = np.arange(len(false))

    def difference(place: float) -> float:
        return np.interp(place, along, missed) - np.interp(place, along, false)

    return float(np.interp(brentq(difference, 0, along[-1], xtol=1e-13), along, false))


@pytest.mark.parametrize(
    ("genuine", "impostors", "expected"),
    [
        ([3, 4], [1, 2], 0),  # separated
        ([1, 2], [3, 4], 1),  # reversed
        ([5, 5], [5, 5], 0.5),  # all alike
        ([2, 4, 6, 8], [1, 3, 5, 7], 0.5),
        ([1, 5, 6, 7], [2, 3, 4, 0], 0.25),
    ],
)
def test_eer_by_hand(genuine, impostors, expected):
    same = np.arange(len(genuine) + len(impostors)) < len(genuine)
    assert metrics.eer(np.array([*genuine, *impostors], float), same) == expected


def conservative(scores: np.ndarray, same: np.ndarray, far: float) -> tuple[float, float]:
    """Return VR by the rule that is used, and the FAR of the accepted pairs."""
    genuine, impostors = metrics.split(scores, same)
    counts = count_impostors(genuine, impostors)
    accepted = metrics.accepted(counts, far)
    return float(accepted.mean()), counts.reaching[accepted].max(initial=0) / len(impostors)


def nearest(scores: np.ndarray, same: np.ndarray, far: float) -> tuple[float, float]:
    """Return VR and FAR by a wrong rule: the ROC point whose FAR is nearest to the target."""
    false, true, _ = metrics.roc(scores, same)
    at = np.abs(false - far).argmin()
    return float(true[at]), float(false[at])


def faults(rule: Callable, verifications: list[Verification]) -> int:
    """How often, over sets and targets, a rule exceeds its FAR or its VR is not scikit-learn's."""
    found = 0
    for scores, same, false, true, _ in verifications:
        for far in FARS:
            rate, chosen = rule(scores, same, far)
            last = true[np.flatnonzero(false <= far)[-1]]
            found += bool(chosen > far or abs(rate - last) > 1e-12)
    return found


def test_the_chosen_far_is_never_above_its_target_and_its_rate_is_scikit_learns(verifications):
    assert faults(conservative, verifications) == 0


def test_the_nearest_far_instead_is_caught(verifications):
    assert faults(nearest, verifications) > SETS


@pytest.mark.parametrize("far", FARS)
def test_verification_rate_is_the_last_roc_point_within_the_far(verifications, far):
    for scores, same, false, true, _ in verifications[::10]:
        last = true[np.flatnonzero(false <= far)[-1]]
        assert abs(metrics.verification_rate(scores, same, far) - last) < 1e-12


def test_a_far_that_is_met_exactly_is_used_in_full():
    impostors = np.arange(100.0)
    for wanted in range(10, 101):
        between = count_impostors(np.arange(-0.5, 100), impostors)
        reaching = between.reaching[metrics.accepted(between, wanted / 100)]
        assert reaching.max() == wanted


@pytest.mark.parametrize("impostors", [10, 999, 35_400, 2_229_465, 10_000_000_000])
def test_the_allowed_share_is_the_largest_that_keeps_to_the_target(impostors):
    draw = np.random.default_rng(impostors)
    wanted = draw.integers(1, impostors + 1, 50)
    for far in (*draw.random(50), *(wanted / impostors)):
        most = metrics.most_accepted(impostors, far)
        assert most / impostors <= far
        assert most == impostors or (most + 1) / impostors > far


def test_a_far_that_rests_on_too_few_impostors_is_refused():
    def counts_of(impostors: int) -> ImpostorCounts:
        return count_impostors(np.array([0.5]), np.arange(float(impostors)))

    with pytest.raises(DataError, match=r"FAR=0\.01 of 999 impostor"):
        metrics.accepted(counts_of(999), 0.01)
    assert metrics.accepted(counts_of(1000), 0.01).tolist() == [False]
    assert metrics.accepted(counts_of(1000), 0.999).tolist() == [True]


@pytest.mark.parametrize("seed", SEEDS)
def test_placements_equal_a_plain_loop(seed):
    genuine, impostors = metrics.split(*verification(seed))
    expected = [np.mean([(i < g) + 0.5 * (i == g) for i in impostors]) for g in genuine]
    found = metrics.placements(count_impostors(genuine, impostors))
    np.testing.assert_allclose(found, expected, atol=1e-13)


@pytest.mark.parametrize("seed", SEEDS)
def test_counts_do_not_depend_on_how_impostors_come(seed):
    genuine, impostors = metrics.split(*verification(seed))
    draw = np.random.default_rng(seed)
    counting = ImpostorCounter(genuine)
    cuts = np.sort(draw.integers(0, len(impostors), 5))
    for block in np.split(draw.permutation(impostors), cuts):
        counting.add(np.sort(block))
    whole = count_impostors(genuine, impostors)
    for name, value in vars(counting.counts()).items():
        np.testing.assert_array_equal(value, getattr(whole, name))
    assert whole.above.tolist() == [(impostors > score).sum() for score in genuine]
    assert whole.reaching.tolist() == [(impostors >= score).sum() for score in genuine]


def test_what_cannot_be_scored_is_refused():
    names = np.array(["a", "b"])
    with pytest.raises(DataError, match="without a gallery image: c"):
        metrics.ranks(np.zeros((1, 2)), np.array(["c"]), names)
    with pytest.raises(DataError, match="NaN"):
        metrics.rank1(np.full((2, 2), np.nan), names, names)
    with pytest.raises(DataError, match="NaN"):
        metrics.accuracy(np.full((2, 2), np.nan), np.arange(2))
    for measure in (metrics.roc, metrics.auc, metrics.eer):
        with pytest.raises(DataError, match="one kind is missing"):
            measure(np.zeros(3), np.ones(3, bool))
