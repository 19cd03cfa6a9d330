"""Statistics against closed forms, plain loops, brute force and simulated experiments."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from reports.statistics import (
    Estimate,
    bootstrap_means,
    holm,
    mean_with_interval,
    paired_difference,
    shared_part,
    subject_draws,
    subject_sums,
    two_sided_p,
)
from reports.training_variation import TrainingVariation


def rng(*seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("seeds", [1, 3])
def test_bootstrap_means_equal_a_plain_loop_over_the_same_draws(seeds):
    values = rng(1).normal(size=(seeds, 30))
    subjects = rng(2).integers(0, 7, 30)
    times_drawn = subject_draws(len(np.unique(subjects)), rng(3), 50)
    found = bootstrap_means(*subject_sums(values, subjects), times_drawn)
    for mean, times in zip(found, times_drawn, strict=True):
        repeated = [
            np.tile(values[:, subjects == name], time)
            for name, time in zip(np.unique(subjects), times, strict=True)
        ]
        assert mean == pytest.approx(np.concatenate(repeated, axis=1).mean())


@pytest.mark.parametrize("resamples", [1, 2_000, 2_001])
def test_each_draw_has_as_many_subjects_as_there_are_and_each_is_equally_likely(resamples):
    times_drawn = subject_draws(9, rng(1), resamples)
    assert times_drawn.shape == (resamples, 9)
    assert (times_drawn.sum(1) == 9).all()
    if resamples > 1:
        np.testing.assert_allclose(times_drawn.mean(0), 1, atol=0.1)
        binomial_variance = 8 / 9  # of 9 trials at 1 / 9
        np.testing.assert_allclose(times_drawn.var(0), binomial_variance, atol=0.1)


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
    assert back.value == pytest.approx(-forth.value)
    # The draws of seeds keep their sign, so the ends agree but for the chance of drawing.
    assert (back.low, back.high) == pytest.approx((-forth.high, -forth.low), rel=0.05)
    assert (forth.seeds, forth.subjects, forth.probes) == (3, 12, 50)


def test_intervals_of_few_subjects_are_as_wide_as_students():
    values = rng(1).normal(0.3, 1, 12)
    found = mean_with_interval(values, np.arange(12), rng(2), resamples=40_000)
    wanted = 2 * stats.t.ppf(0.975, 11) * values.std(ddof=1) / np.sqrt(12)
    assert found.high - found.low == pytest.approx(wanted, rel=0.04)


def test_many_subjects_agree_with_scipys_bootstrap():
    values = rng(1).normal(0.3, 1, 80)
    found = mean_with_interval(values, np.arange(80), rng(2), resamples=20_000)
    wanted = stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="percentile", rng=rng(3)
    ).confidence_interval
    spread = values.std() / np.sqrt(80)
    assert found.low == pytest.approx(wanted.low, abs=0.14 * spread)
    assert found.high == pytest.approx(wanted.high, abs=0.14 * spread)


def test_copies_of_a_subjects_probe_add_no_certainty():
    values = rng(1).normal(size=40)
    once = mean_with_interval(values, np.arange(40), rng(2))
    tenfold = mean_with_interval(np.repeat(values, 10), np.repeat(np.arange(40), 10), rng(2))
    assert (tenfold.low, tenfold.high) == pytest.approx((once.low, once.high))


def test_one_seed_in_two_shapes_is_the_same():
    values, subjects = rng(1).normal(size=30), rng(2).integers(0, 9, 30)
    flat = mean_with_interval(values, subjects, rng(4))
    assert flat == mean_with_interval(values[None], subjects, rng(4))


def unpaired(a, b, subjects, rng, *, resamples) -> Estimate:
    """The mutant: means resampled apart from one another, as if other people had been tested."""
    found = [mean_with_interval(x, subjects, rng, resamples=resamples) for x in (a, b)]
    value = found[0].value - found[1].value
    half = np.hypot(*(0.5 * (mean.high - mean.low) for mean in found))
    return Estimate(value, value - half, value + half, 1, 1, 100, 100)


def pairing_holds(compare, seed: int) -> bool:
    """What makes a probe hard for both must not widen the interval of the difference."""
    a, b = 0.05 + rng(seed, 1).normal(0, 0.05, 100), rng(seed, 2).normal(0, 0.05, 100)
    hard = rng(seed, 3).normal(0, 1, 100)
    easy, difficult = (
        compare(a + more, b + more, np.arange(100), rng(seed, 4), resamples=500)
        for more in (0, hard)
    )
    return difficult.high - difficult.low == pytest.approx(easy.high - easy.low)


def test_differences_are_paired_and_the_unpaired_mutant_is_caught():
    assert all(pairing_holds(paired_difference, seed) for seed in range(20))
    assert not any(pairing_holds(unpaired, seed) for seed in range(20))


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


def test_of_one_subject_nothing_is_known():
    found = paired_difference(np.ones((3, 8)), np.zeros((3, 8)), np.zeros(8), rng(1))
    assert (found.value, found.p) == (1, 1)
    assert np.isnan([found.low, found.high]).all()


def test_an_interval_ends_where_the_metric_does():
    values = np.array([[0.2], [0.8]]) + rng(1).uniform(-0.1, 0.1, (2, 20))
    found = mean_with_interval(values, np.arange(20), rng(2), resamples=500)
    assert found.low < 0 < 1 < found.high  # 1 degree of freedom
    cut = found.within(0, 1)
    assert (cut.low, cut.high, cut.p, cut.value) == (0, 1, found.p, found.value)


@pytest.mark.parametrize("seeds", [2, 3, 5])
def test_the_part_that_seeds_share_is_that_of_the_analysis_of_variance(seeds):
    table = rng(seeds).normal(size=(seeds, 11)) + rng(9).normal(size=11)
    centred = table - table.mean(1, keepdims=True)
    among = seeds * sum(centred.mean(0) ** 2) / 10
    left = centred - centred.mean(0)
    rest = sum(left.ravel() ** 2) / (seeds - 1) / 10
    sums, counts = subject_sums(np.repeat(table, 4, axis=1), np.repeat(np.arange(11), 4))
    assert shared_part(sums, counts) == pytest.approx(max(0, (among - rest) / among))
    assert shared_part(sums[:1], counts) == 1
    assert shared_part(np.tile(sums[:1], (seeds, 1)), counts) == pytest.approx(1)


def test_seeds_that_agree_leave_the_subjects_alone_and_variation_widens():
    values = np.tile(rng(1).normal(size=60), (3, 1))
    one = mean_with_interval(values[0], np.arange(60), rng(2))
    agreed = mean_with_interval(values, np.arange(60), rng(2))
    assert (agreed.low, agreed.high) == pytest.approx((one.low, one.high))
    varied = mean_with_interval(
        values, np.arange(60), rng(2), variation=TrainingVariation(0.75, 16)
    )
    half = np.hypot((one.high - one.low) / 2, np.sqrt(0.75 / 3) * stats.t.ppf(0.975, 16))
    assert (varied.high - varied.low) / 2 == pytest.approx(half, rel=0.05)


def test_without_shared_difficulty_the_interval_is_students_over_seeds():
    """What subjects do by training alone is in the spread of seeds already."""
    found, wanted = [], []
    for trial in range(20):
        values = rng(13, trial).normal(size=(4, 300))
        mean = mean_with_interval(values, np.arange(300), rng(5, trial), resamples=2_000)
        found.append(mean.high - mean.low)
        seeds = values.mean(1)
        wanted.append(2 * stats.t.ppf(0.975, 3) * seeds.std(ddof=1) / 2)
    assert np.mean(found) == pytest.approx(np.mean(wanted), rel=0.06)


def experiment(seeds: int, variation: float, draw: np.random.Generator, effect: float):
    """Differences of 40 subjects with 5 probes each around an effect, and a known variation."""
    subject = draw.normal(0, 0.2, 40)
    moved = draw.normal(0, variation, (seeds, 1, 1)) + draw.normal(0, 0.3, (seeds, 40, 1))
    values = effect + subject[None, :, None] + moved + draw.normal(0, 0.4, (seeds, 40, 5))
    variance = variation**2 + (0.3**2 + 0.4**2 / 5) / 40
    freedom = 4 * (seeds - 1)
    known = TrainingVariation(variance * draw.chisquare(freedom) / freedom, freedom)
    return values.reshape(seeds, -1), np.repeat(np.arange(40), 5), known


@pytest.mark.parametrize(("seeds", "variation"), [(2, 0.0), (2, 0.08), (3, 0.03), (5, 0.08)])
def test_intervals_cover_the_truth_as_often_as_they_say(seeds, variation):
    draw = rng(11, seeds)
    covered = []
    for _ in range(400):
        values, subjects, known = experiment(seeds, variation, draw, 0.05)
        mean = mean_with_interval(values, subjects, draw, resamples=400, variation=known)
        covered.append(mean.low <= 0.05 <= mean.high)
        assert (mean.p < 0.05) == (not mean.low <= 0 <= mean.high) or abs(mean.p - 0.05) < 0.011
    assert 0.92 <= np.mean(covered) <= 0.98  # the standard error of the share is 0.011


def test_one_seed_covers_when_trainings_agree_and_clustering_matters():
    draw = rng(12)
    clustered, ignored = [], []
    for _ in range(250):
        subject = np.repeat(draw.normal(0, 0.4, 40), 5)
        values = 0.05 + subject + draw.normal(0, 0.3, 200)
        by_subject = mean_with_interval(values, np.repeat(np.arange(40), 5), draw, resamples=400)
        by_probe = mean_with_interval(values, np.arange(200), draw, resamples=400)
        clustered.append(by_subject.low <= 0.05 <= by_subject.high)
        ignored.append(by_probe.low <= 0.05 <= by_probe.high)
    assert 0.91 <= np.mean(clustered) <= 0.985
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


@pytest.mark.parametrize("hits", [0, 1, 3, 20, 57, 59, 60])
def test_the_interval_of_a_share_is_wilsons_for_independent_probes(hits):
    """Half the width that a normal would have is given, and Wilson's interval comes back."""
    share, z = hits / 60, stats.norm.ppf(0.975)
    half = z * np.sqrt(share * (1 - share) / 60)
    found = Estimate(share, share - half, share + half, 1.0, 1, 60, 60).of_share()
    expected = stats.binomtest(hits, 60).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize("rate", [0.5, 0.9, 0.98, 0.995])
def test_the_interval_of_a_share_covers_it_up_to_the_end(rate):
    """A person's ten probes succeed together more often than not; nobody may miss at all."""
    draw, covered, plain = rng(7), [], []
    subjects = np.repeat(np.arange(60), 10)
    for _ in range(300):
        of_person = draw.beta(rate * 10, (1 - rate) * 10, 60)
        hits = (draw.random(600) < np.repeat(of_person, 10)) * 1.0
        found = mean_with_interval(hits, subjects, draw, resamples=300)
        for kept, share in ((plain, found), (covered, found.of_share())):
            kept.append(share.low <= rate <= share.high)
    assert np.mean(covered) > 0.92
    if rate == 0.995:
        assert np.mean(plain) < 0.9  # what it would be without


def test_outcomes_that_are_no_numbers_are_refused():
    values = np.ones((2, 6))
    values[1, 3] = np.nan
    with pytest.raises(ValueError, match="no numbers"):
        paired_difference(values, np.ones((2, 6)), np.arange(6), rng(1), resamples=50)
