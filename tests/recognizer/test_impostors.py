"""The influence of people as impostors, against derivatives and against resampling."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from recognizer import impostors, metrics, outcomes
from recognizer.comparison import Comparison, Table, Tally, tally
from recognizer.thresholds import Thresholds

STEP = 1e-5
FARS = (0.1, 0.02)


def world(seed: int, people: int = 40, probes: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Return scores of probes with a gallery of one image per person, and the probes' own columns.

    Some people are easily confused with others, as probes or in the gallery.
    """
    draw = np.random.default_rng(seed)
    own = np.repeat(np.arange(people), probes)
    scores = draw.normal(0, 0.7, (len(own), people))
    scores += draw.normal(0, 0.8, people)[own, None] + draw.normal(0, 0.8, people)
    scores[np.arange(len(own)), own] += 2.5 + draw.normal(0, 0.3, people)[own]
    return scores, own


def tallied(scores: np.ndarray, own: np.ndarray) -> Tally:
    return tally(Comparison(Table(scores), own, np.arange(scores.shape[1])), FARS)


def weighted_area(scores: np.ndarray, own: np.ndarray, weights: np.ndarray) -> float:
    """Return the AUC with a weight for each person, as probes and in the gallery."""
    same = own[:, None] == np.arange(scores.shape[1])
    pairs = weights[own, None] * weights
    genuine, impostor = scores[same], scores[~same]
    wins = (genuine[:, None] > impostor) + 0.5 * (genuine[:, None] == impostor)
    return float(np.average(wins @ pairs[~same], weights=weights[own]) / pairs[~same].sum())


def weighted_rate(scores: np.ndarray, own: np.ndarray, weights: np.ndarray, at: float) -> float:
    """Return the share of impostor pairs that reach a threshold, with the same weights."""
    same = own[:, None] == np.arange(scores.shape[1])
    pairs = np.where(same, 0, weights[own, None] * weights)
    return float((pairs * (scores >= at)).sum() / pairs.sum())


def derivatives(function, scores: np.ndarray, own: np.ndarray, *more: float) -> np.ndarray:
    """Return the derivatives of a function in the weight of each person."""
    found = []
    for person in range(scores.shape[1]):
        ends = []
        for step in (STEP, -STEP):
            weights = np.ones(scores.shape[1])
            weights[person] += step
            ends.append(function(scores, own, weights, *more))
        found.append((ends[0] - ends[1]) / (2 * STEP))
    return np.array(found)


@pytest.mark.parametrize("seed", range(4))
def test_parts_of_a_false_accept_rate_are_its_derivatives(seed):
    scores, own = world(seed, 12, 3 + seed)
    found = tallied(scores, own)
    threshold = found.counts.genuine[found.counts.reaching <= FARS[0] * 12 * 11 * (3 + seed)]
    parts = impostors.parts(found.at_far[FARS[0]], own)
    expected = derivatives(weighted_rate, scores, own, threshold.min())
    np.testing.assert_allclose(np.bincount(own, parts) / len(own), expected, atol=1e-9)
    assert parts.mean() == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("seed", range(4))
def test_outcomes_and_parts_of_auc_are_its_derivatives(seed):
    scores, own = world(seed, 10, 2 + seed)
    found = outcomes.unseen([tallied(scores, own)], FARS)
    whole = found.values["auc"] - found.values["auc"].mean() + found.as_impostor["auc"]
    expected = derivatives(weighted_area, scores, own)
    np.testing.assert_allclose(np.bincount(own, whole) / len(own), expected, atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_outcomes_and_parts_of_an_fmr_at_a_fixed_threshold_are_its_derivatives(seed):
    scores, own = world(seed, 12, 3 + seed)
    impostor_scores = scores[own[:, None] != np.arange(12)]
    thresholds = Thresholds({"vis-fmr=0.01": float(np.quantile(impostor_scores, 0.9))})
    compared = Comparison(Table(scores), own, np.arange(12), thresholds=thresholds)
    found = outcomes.unseen([tally(compared)], [])
    name = "fmr@vis-fmr=0.01"
    whole = found.values[name] - found.values[name].mean() + found.as_impostor[name]
    expected = derivatives(weighted_rate, scores, own, thresholds.at("vis-fmr=0.01"))
    np.testing.assert_allclose(np.bincount(own, whole) / len(own), expected, atol=1e-9)
    assert abs(found.as_impostor[name].mean()) < 1e-12


def test_with_missed_faces_the_eer_spreads_as_its_outcomes_and_parts_do():
    """Faces of some people are often missed; a bootstrap draws people with all of their probes."""
    ratios, without_misses = [], []
    for seed in range(8):
        scores, own = world(seed)
        draw = np.random.default_rng(seed)
        often = draw.random(40) ** 3
        missed = draw.random(len(own)) < 0.5 * often[own]
        compared = Comparison(Table(scores[~missed]), own[~missed], np.arange(40), own[missed])
        found = outcomes.unseen([tally(compared)], [])
        values = np.concatenate([found.values["eer"], found.misses["eer"].values])
        part = found.misses["eer"].as_impostor
        parts = np.concatenate([found.as_impostor["eer"], np.full(missed.sum(), part)])
        people = np.concatenate([own[~missed], own[missed]])
        assert abs(parts.mean()) < 1e-11
        centred = values - values.mean()
        expected = []
        for _ in range(150):
            chosen = draw.integers(40, size=40)
            rows = np.concatenate([np.flatnonzero(own == person) for person in chosen])
            place = np.repeat(np.arange(40), 5)
            kept = ~missed[rows]
            genuine = place[:, None] == np.arange(40)
            known = (genuine | (chosen[place][:, None] != chosen)) & kept[:, None]
            block = scores[rows][:, chosen]
            expected.append(metrics.eer(block[known], genuine[known], int((~kept).sum())))
        spread = np.std(expected)
        ratios.append(impostors.standard_error(centred + parts, people) / spread)
        halved = np.concatenate([found.as_impostor["eer"], np.zeros(missed.sum())])
        halved -= halved.mean()
        without_misses.append(impostors.standard_error(centred + halved, people) / spread)
    assert 0.88 < np.mean(ratios) < 1.12, ratios
    assert abs(np.log(np.mean(without_misses))) > 2 * abs(np.log(np.mean(ratios)))


def test_the_part_of_a_miss_is_that_of_normal_scores(monkeypatch):
    """Of N(0, 1) and N(1, 1) the slope of the ROC is known; a third of the faces are missed."""
    monkeypatch.setattr(impostors, "standard_error", lambda values, own: 0.04)  # many scores wide
    draw = np.random.default_rng(0)
    own = np.repeat(np.arange(300), 40)
    scores = draw.normal(size=(len(own), 300))
    scores[np.arange(len(own)), own] += 1
    compared = Comparison(Table(scores), own, np.arange(300), own[::2])
    found = outcomes.unseen([tally(compared)], [])
    threshold = brentq(lambda t: 1 / 3 + 2 / 3 * norm.cdf(t - 1) - norm.sf(t), -3, 3)
    rate, slope = norm.sf(threshold), 2 / 3 * norm.pdf(threshold - 1) / norm.pdf(threshold)
    expected = slope / (1 + slope) * (rate - 1)
    assert found.misses["eer"].as_impostor == pytest.approx(expected, rel=0.08)


def resampled(scores: np.ndarray, own: np.ndarray, draws: int, seed: int) -> dict[str, float]:
    """Return standard deviations over draws of people, with the thresholds of each draw."""
    draw, people = np.random.default_rng(seed), scores.shape[1]
    rows = own.argsort(kind="stable").reshape(people, -1)
    found = {name: [] for name in ("auc", "eer", *(f"vr@far={far:g}" for far in FARS))}
    for _ in range(draws):
        chosen = draw.integers(people, size=people)
        block = scores[rows[chosen].ravel()][:, chosen]
        probe = np.repeat(np.arange(people), rows.shape[1])
        genuine = probe[:, None] == np.arange(people)
        # One person drawn twice makes no impostor pair with themselves.
        known = genuine | (chosen[probe][:, None] != chosen)
        pair = block[known], genuine[known]
        found["auc"].append(metrics.auc(*pair))
        found["eer"].append(metrics.eer(*pair))
        for far in FARS:
            found[f"vr@far={far:g}"].append(metrics.verification_rate(*pair, far))
    return {name: float(np.std(values)) for name, values in found.items()}


def test_with_their_parts_outcomes_spread_as_much_as_new_thresholds_make_them():
    """Without the parts, an interval is too narrow or too wide, depending on how the influence of a
    person as an impostor goes along with their genuine scores.
    """
    ratios, without = [], []
    for seed in range(6):
        scores, own = world(seed)
        found = outcomes.unseen([tallied(scores, own)], FARS)
        expected = resampled(scores, own, 150, seed)
        for name, values in found.values.items():
            if name in expected:
                centred = values - values.mean()
                spread = impostors.standard_error(centred + found.as_impostor[name], own)
                ratios.append({name: spread / expected[name]})
                without.append({name: impostors.standard_error(centred, own) / expected[name]})
    mean = {name: np.mean([row[name] for row in ratios if name in row]) for name in expected}
    bare = {name: np.mean([row[name] for row in without if name in row]) for name in expected}
    for name, ratio in mean.items():
        assert 0.85 < ratio < 1.18, (name, mean)
    off = [sum(abs(np.log(ratio)) for ratio in ratios_of.values()) for ratios_of in (mean, bare)]
    assert off[1] > 2 * off[0], (mean, bare)


def test_parts_have_mean_zero_and_vanish_where_impostors_decide_nothing():
    scores, own = world(0)
    scores[np.arange(len(own)), own] += 100  # nobody is ever missed
    found = outcomes.unseen([tallied(scores, own)], FARS)
    for name, parts in found.as_impostor.items():
        assert np.abs(parts).max() < 1e-12, name
    for seed in range(5):
        for parts in outcomes.unseen([tallied(*world(seed))], FARS).as_impostor.values():
            assert abs(parts.mean()) < 1e-12


def test_a_part_of_many_genuine_scores_is_enough(monkeypatch):
    scores, own = world(2, 60, 20)
    whole = outcomes.unseen([tallied(scores, own)], FARS).as_impostor["auc"]
    monkeypatch.setattr(impostors, "MOST_LEVELS", 150)
    some = outcomes.unseen([tallied(scores, own)], FARS).as_impostor["auc"]
    assert 0 < np.abs(some - whole).max() < 2 / 150
    assert np.corrcoef(some, whole)[0, 1] > 0.999


def test_the_slope_is_that_of_the_roc_and_nothing_where_there_is_no_width():
    scores, own = world(1, 80, 10)
    counts = tallied(scores, own).counts
    false, true, _ = metrics.roc(scores, own[:, None] == np.arange(80))
    for far in (0.02, 0.1, 0.3):
        expected = np.interp([far - 0.01, far + 0.01], false, true)
        slope = impostors.roc_slope(counts, far, 0.01)
        assert slope == pytest.approx((expected[1] - expected[0]) / 0.02, abs=0.25)
    assert impostors.roc_slope(counts, 0.1, 0.0) == 0.0
