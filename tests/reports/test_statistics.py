"""Statistics against closed forms, plain loops, brute force and simulated experiments."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from reports.statistics import (
    bootstrap_means,
    holm,
    mean_with_interval,
    paired_difference,
    subject_sums,
    two_sided_p,
)


def rng(*seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("seeds", [1, 3])
def test_bootstrap_means_equal_a_plain_loop_over_the_same_draws(seeds):
    values = rng(1).normal(size=(seeds, 30))
    subjects = rng(2).integers(0, 7, 30)
    sums, counts = subject_sums(values, subjects)
    found = bootstrap_means(sums, counts, rng(3), 50)

    again = rng(3)
    names = np.unique(subjects)
    seed_counts = again.multinomial(seeds, np.full(seeds, 1 / seeds), 50)
    for i in range(50):
        times = again.multinomial(len(names), np.full(len(names), 1 / len(names)))
        drawn = [
            value
            for seed in range(seeds)
            for _ in range(seed_counts[i, seed])
            for name, time in zip(names, times, strict=True)
            for value in np.tile(values[seed, subjects == name], time)
        ]
        assert found[i] == pytest.approx(np.mean(drawn))


def test_subject_sums_are_those_of_each_subject():
    values = rng(1).normal(size=(2, 40))
    subjects = rng(2).choice(["z", "a", "10", "9"], 40)
    sums, counts = subject_sums(values, subjects)
    for place, name in enumerate(sorted(set(subjects))):
        np.testing.assert_allclose(sums[:, place], values[:, subjects == name].sum(1))
        assert counts[place] == (subjects == name).sum()


def test_the_value_is_the_mean_difference_and_turns_its_sign_with_the_order():
    a, b = rng(1).random((2, 3, 50))
    subjects = rng(2).integers(0, 12, 50)
    forth = paired_difference(a, b, subjects, rng(5))
    back = paired_difference(b, a, subjects, rng(5))
    assert forth.value == pytest.approx((a - b).mean())
    np.testing.assert_allclose([back.value, back.low, back.high, back.p],
                               [-forth.value, -forth.high, -forth.low, forth.p])  # fmt: skip
    assert (forth.seeds, forth.subjects, forth.probes) == (3, 12, 50)


def test_one_probe_a_subject_agrees_with_scipys_bootstrap():
    values = rng(1).normal(0.3, 1, 80)
    found = mean_with_interval(values, np.arange(80), rng(2), resamples=20_000)
    wanted = stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="percentile", rng=rng(3)
    ).confidence_interval
    spread = values.std() / np.sqrt(80)
    assert found.low == pytest.approx(wanted.low, abs=0.12 * spread)
    assert found.high == pytest.approx(wanted.high, abs=0.12 * spread)


def test_copies_of_a_subjects_probe_add_no_certainty():
    values = rng(1).normal(size=40)
    once = mean_with_interval(values, np.arange(40), rng(2))
    tenfold = mean_with_interval(np.repeat(values, 10), np.repeat(np.arange(40), 10), rng(2))
    assert (tenfold.low, tenfold.high) == pytest.approx((once.low, once.high))


def test_one_seed_in_two_shapes_is_the_same():
    values, subjects = rng(1).normal(size=30), rng(2).integers(0, 9, 30)
    flat = mean_with_interval(values, subjects, rng(4))
    assert flat == mean_with_interval(values[None], subjects, rng(4))


def test_pairing_removes_what_is_hard_for_both():
    hard = rng(1).normal(0, 1, 100)
    a, b = hard + 0.1 + rng(2).normal(0, 0.05, 100), hard + rng(3).normal(0, 0.05, 100)
    found = paired_difference(a, b, np.arange(100), rng(4))
    assert found.p < 0.01
    assert found.high - found.low < 0.1


def test_equal_outcomes_differ_by_nothing_at_p_one():
    a = rng(1).random((2, 30))
    found = paired_difference(a, a, rng(2).integers(0, 5, 30), rng(3))
    assert (found.value, found.low, found.high, found.p) == (0, 0, 0, 1)


def test_p_is_never_zero_and_doubles_the_smaller_side():
    assert two_sided_p(np.ones(99)) == pytest.approx(2 / 100)
    assert two_sided_p(np.array([-1.0] * 10 + [1.0] * 89)) == pytest.approx(2 * 11 / 100)
    assert two_sided_p(np.zeros(99)) == 1


def test_unpaired_shapes_and_missing_subjects_are_refused():
    with pytest.raises(ValueError, match="not paired"):
        paired_difference(np.ones(4), np.ones(5), np.arange(4), rng(0))
    with pytest.raises(ValueError, match="4 probes"):
        paired_difference(np.ones(4), np.zeros(4), np.arange(5), rng(0))


def experiment(seeds: int, sd_subject: float, draw: np.random.Generator, effect: float):
    """Differences of 40 subjects with 5 probes each around an effect, (seeds, 200)."""
    subject = draw.normal(0, sd_subject, 40)
    noise = draw.normal(0, 0.5, (seeds, 40, 5))
    values = effect + subject[None, :, None] + noise + draw.normal(0, 0.02, (seeds, 1, 1))
    return values.reshape(seeds, -1), np.repeat(np.arange(40), 5)


@pytest.mark.parametrize("seeds", [2, 4])
def test_intervals_cover_the_truth_and_reject_it_rarely(seeds):
    draw = rng(11, seeds)
    found = [
        mean_with_interval(*experiment(seeds, 0.2, draw, 0.05), draw, resamples=400)
        for _ in range(250)
    ]
    covered = np.mean([each.low <= 0.05 <= each.high for each in found])
    # Between 0.95 and the conservative end; the standard error of the share is 0.014.
    assert 0.91 <= covered <= 1


def test_one_seed_covers_when_trainings_agree_and_clustering_matters():
    draw = rng(12)
    clustered, ignored = [], []
    for _ in range(250):
        subject = np.repeat(draw.normal(0, 0.4, 40), 5)
        values = 0.05 + subject + draw.normal(0, 0.3, 200)
        by_subject = mean_with_interval(values, np.repeat(np.arange(40), 5), draw, 400)
        by_probe = mean_with_interval(values, np.arange(200), draw, 400)
        clustered.append(by_subject.low <= 0.05 <= by_subject.high)
        ignored.append(by_probe.low <= 0.05 <= by_probe.high)
    assert 0.90 <= np.mean(clustered) <= 0.985
    assert np.mean(ignored) < 0.80  # what the subjects are resampled for


def closed_holm(p: np.ndarray) -> np.ndarray:
    """Holm as a closed test: the largest Bonferroni p over all subsets that hold a hypothesis."""
    adjusted = np.zeros(len(p))
    for mask in range(1, 2 ** len(p)):
        members = [i for i in range(len(p)) if mask >> i & 1]
        bonferroni = min(1.0, len(members) * min(p[members]))
        adjusted[members] = np.maximum(adjusted[members], bonferroni)
    return adjusted


@settings(max_examples=150, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=7))
def test_holm_equals_the_closed_test_over_all_subsets(p_values):
    p = np.array(p_values)
    np.testing.assert_allclose(holm(p), closed_holm(p), atol=1e-12)


def test_holm_does_not_depend_on_the_order_and_knows_the_empty_family():
    p = np.array([0.01, 0.04, 0.03, 0.5])
    for order in permutations(range(4)):
        np.testing.assert_allclose(holm(p[list(order)]), holm(p)[list(order)])
    assert holm(np.array([])).size == 0
