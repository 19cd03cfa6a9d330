"""Per-probe outcomes: their means are the metrics, draw by draw, over many random comparisons."""

import numpy as np
import pytest
from scipy.optimize import brentq
from sklearn.metrics import roc_auc_score, roc_curve

from faces.common.errors import DataError
from recognizer import metrics, outcomes
from recognizer.comparison import Comparison, Table, Tally, tally
from recognizer.recognition_metrics import vr_at_far

SEEDS = range(8)
FARS = (0.2, 0.01)
PEOPLE = np.array([f"p{i}" for i in range(8)])


def matrices(seed: int, draws: int = 3) -> tuple[list[np.ndarray], np.ndarray]:
    """Return tied scores of 25 probes against one image of each of 8 subjects, in several draws."""
    draw = np.random.default_rng(seed)
    probes = draw.choice(PEOPLE, 25)
    bonus = 2 * (probes[:, None] == PEOPLE)
    levels = draw.choice([3, 6, 1000])
    scores = [draw.integers(0, levels, (25, 8)) / levels * 4 + bonus for _ in range(draws)]
    return scores, probes


def tallies(seed: int) -> list[Tally]:
    scores, probes = matrices(seed)
    return [tally(Comparison(Table(of_draw), probes, PEOPLE), FARS) for of_draw in scores]


def eer_of(scores: np.ndarray, same: np.ndarray) -> float:
    false, true, _ = roc_curve(same.ravel(), scores.ravel(), drop_intermediate=False)
    along = np.arange(len(false))
    place = brentq(
        lambda x: 1 - np.interp(x, along, true) - np.interp(x, along, false), 0, along[-1]
    )
    return float(np.interp(place, along, false))


@pytest.mark.parametrize("seed", SEEDS)
def test_means_over_probes_are_the_metrics_averaged_over_draws(seed):
    draws, probes = matrices(seed)
    found = outcomes.unseen(tallies(seed), [0.2])
    values = found.values
    assert [name for name in found.omitted if "mr=" not in name] == ["rank10"]
    same = probes[:, None] == PEOPLE
    rates = []
    for scores in draws:
        false, true, _ = roc_curve(same.ravel(), scores.ravel(), drop_intermediate=False)
        rates.append(true[np.flatnonzero(false <= 0.2)[-1]])
    expected = {
        "rank1": [metrics.rank1(scores, probes, PEOPLE) for scores in draws],
        "rank5": [metrics.rank_k(scores, probes, PEOPLE, 5) for scores in draws],
        "auc": [roc_auc_score(same.ravel(), scores.ravel()) for scores in draws],
        "eer": [eer_of(scores, same) for scores in draws],
        "vr@far=0.2": rates,
    }
    assert list(values) == list(expected)
    for metric, of_draws in expected.items():
        assert values[metric].shape == (25,)
        assert ((values[metric] >= 0) & (values[metric] <= 1)).all()
        assert values[metric].mean() == pytest.approx(np.mean(of_draws), abs=1e-9), metric


def test_outcomes_stand_at_their_own_probe():
    _, probes = matrices(1)
    scores = 10.0 * (probes[:, None] == PEOPLE)
    scores[4] = 10 - scores[4]
    alone = tally(Comparison(Table(scores), probes, PEOPLE), FARS)
    found = outcomes.unseen([alone], [0.2])
    for metric, of_probes in found.values.items():
        worst = found.records[metric].worst
        goodness = -of_probes if worst else of_probes
        assert goodness.argmin() == 4, metric
        assert (np.abs(np.delete(of_probes, 4) - (1 - worst)) < 0.1).all(), metric


def test_what_cannot_be_said_is_left_out_with_its_reason():
    values, parts, omitted, records, misses = outcomes.unseen(tallies(0), [0.2, 0.01])
    assert set(records) == set(values) == set(misses)
    assert set(parts) == {"auc", "eer", "vr@far=0.2"}
    assert not {"vr@far=0.01", "rank10"} & set(values)
    assert "FAR=0.01 of 175 impostor" in omitted["vr@far=0.01"]
    assert "8 gallery people" in omitted["rank10"]
    assert "no images to set it on" in omitted["fmr@vis-fmr=0.01"]
    with pytest.raises(DataError):
        outcomes.mean_outcomes(vr_at_far.at_far(0.01), tallies(0))


def test_a_miss_is_never_better_than_what_a_found_face_can_get():
    for seed in SEEDS:
        found = outcomes.unseen(tallies(seed), [0.2])
        for metric, values in found.values.items():
            for value in values:
                if metric == "eer":
                    assert found.records[metric].worst >= value
                else:
                    assert found.records[metric].worst <= value


def test_accuracy_is_the_argmax():
    logits = np.random.default_rng(0).normal(size=(50, 4))
    labels = np.arange(50) % 4
    expected = [float(max(range(4), key=row.__getitem__) == k) for row, k in zip(logits, labels)]  # noqa: B905
    ((record, values),) = outcomes.seen(logits, labels, "NIR")
    assert record.name == "accuracy"
    assert values.tolist() == expected
