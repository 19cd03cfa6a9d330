"""Per-probe outcomes: their means are the metrics, draw by draw, over many random comparisons."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve

from faces.errors import DataError
from recognizer import metrics, outcomes

SEEDS = range(8)


def comparisons(seed: int, draws: int = 3) -> list[outcomes.Comparison]:
    """Tied scores of 25 probes against one image of each of 8 subjects, in several draws."""
    draw = np.random.default_rng(seed)
    gallery = np.array([f"p{i}" for i in range(8)])
    probes = draw.choice(gallery, 25)
    bonus = 2 * (probes[:, None] == gallery)
    levels = draw.choice([3, 6, 1000])
    return [
        outcomes.Comparison(draw.integers(0, levels, (25, 8)) / levels * 4 + bonus, probes, gallery)
        for _ in range(draws)
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_means_over_probes_are_the_metrics_averaged_over_draws(seed):
    draws = comparisons(seed)
    values, omitted = outcomes.unseen(draws, [0.2])
    assert not omitted
    rank1 = [metrics.rank1(d.scores, d.probe_subjects, d.gallery_subjects) for d in draws]
    areas = [roc_auc_score(d.same.ravel(), d.scores.ravel()) for d in draws]
    rates = []
    for d in draws:
        false, true, _ = roc_curve(d.same.ravel(), d.scores.ravel(), drop_intermediate=False)
        rates.append(true[np.flatnonzero(false <= 0.2)[-1]])
    expected = {"rank1": rank1, "auc": areas, "vr@far=0.2": rates}
    assert list(values) == list(expected)
    for metric, of_draws in expected.items():
        assert values[metric].shape == (25,)
        assert values[metric].mean() == pytest.approx(np.mean(of_draws), abs=1e-12), metric


def test_outcomes_stand_at_their_own_probe():
    draw = comparisons(1)[0]
    scores = 10.0 * draw.same
    scores[4] = 10 - scores[4]
    values, _ = outcomes.unseen([outcomes.Comparison(scores, *names(draw))], [0.2])
    for metric, of_probes in values.items():
        assert of_probes.argmin() == 4, metric
        assert (np.delete(of_probes, 4) > 0.9).all(), metric


def names(draw: outcomes.Comparison) -> tuple[np.ndarray, np.ndarray]:
    return draw.probe_subjects, draw.gallery_subjects


def test_a_far_with_too_few_impostors_is_left_out_with_its_reason():
    values, omitted = outcomes.unseen(comparisons(0), [0.2, 0.01])
    assert "vr@far=0.01" not in values
    assert "FAR=0.01 of 175 impostor" in omitted["vr@far=0.01"]
    with pytest.raises(DataError):
        outcomes.verification(comparisons(0), 0.01)


@pytest.mark.parametrize("seed", SEEDS)
def test_gallery_draws_hold_one_image_of_each_subject_and_use_all_before_any_twice(seed):
    subjects = np.random.default_rng(seed).choice(["a", "b", "c", "d"], 30)
    subjects[:4] = ["a", "b", "c", "d"]
    draws = outcomes.gallery_draws(subjects, 5, seed)
    again = outcomes.gallery_draws(subjects, 5, seed)
    assert all((rows == same).all() for rows, same in zip(draws, again, strict=True))
    for rows in draws:
        assert subjects[rows].tolist() == ["a", "b", "c", "d"]
    for person, used in zip("abcd", np.transpose(draws), strict=True):
        available = np.count_nonzero(subjects == person)
        assert len(set(used)) == min(available, len(draws))


def test_a_gallery_of_one_image_each_is_drawn_once():
    assert len(outcomes.gallery_draws(np.array(["b", "a"]), 5, 0)) == 1


def test_accuracy_is_the_argmax():
    logits = np.random.default_rng(0).normal(size=(50, 4))
    labels = np.arange(50) % 4
    expected = [float(max(range(4), key=row.__getitem__) == k) for row, k in zip(logits, labels)]  # noqa: B905
    assert outcomes.accuracy(logits, labels).tolist() == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_curves_are_thinned_points_of_the_full_ones_lowered_by_the_misses(seed):
    draws = comparisons(seed, draws=4)
    scores = np.concatenate([d.scores.ravel() for d in draws])
    same = np.concatenate([d.same.ravel() for d in draws])
    false, true, _ = roc_curve(same, scores, drop_intermediate=False)
    x, y = outcomes.roc_curve(draws, found=0.5)
    assert len(x) <= outcomes.CURVE_POINTS
    full = {(round(f, 9), round(t / 2, 9)) for f, t in zip(false, true, strict=True)}
    assert {(round(f, 9), round(t, 9)) for f, t in zip(x, y, strict=True)} <= full
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 0.5)
    ranks, shares = outcomes.cmc_curve(draws, found=0.5)
    assert ranks.tolist() == list(range(1, 9))
    assert shares[0] == pytest.approx(outcomes.rank1(draws).mean() / 2)
    assert shares[-1] == pytest.approx(0.5)
    assert (np.diff(shares) >= -1e-12).all()


def test_a_long_roc_keeps_its_low_end():
    draw = np.random.default_rng(0)
    people = np.array([f"p{i:03}" for i in range(100)])
    scores = draw.normal(size=(100, 100)) + 3 * np.eye(100)
    x, _ = outcomes.roc_curve([outcomes.Comparison(scores, people, people)], found=1.0)
    assert len(x) <= outcomes.CURVE_POINTS
    assert np.count_nonzero((x > 0) & (x < 0.01)) > 20
