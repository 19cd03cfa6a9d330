"""Rank correlations of quality with gains against scipy's, and what they may claim."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from reports.agreement import agreement, agreement_of, orders, points
from reports.summary import summarise

WHERE = ("unseen-subjects", "rank1")


def table(values, gains, seeds, metric="ssim") -> pd.DataFrame:
    return pd.DataFrame({"metric": metric, "seed": seeds, "value": values, "gain": gains})


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**31), st.integers(4, 30))
def test_over_all_points_it_is_spearman_s(seed, n):
    rng = np.random.default_rng(seed)
    values, gains = rng.integers(0, 8, n).astype(float), rng.normal(size=n)
    values[0], values[1] = 0, 9
    found = agreement_of(table(values, gains, np.zeros(n, int)), 1)
    assert found["rho"] == pytest.approx(spearmanr(values, gains)[0])
    assert found["rho_within"] == pytest.approx(found["rho"])
    assert agreement_of(table(values, gains, np.zeros(n, int)), -1)["rho"] == pytest.approx(
        spearmanr(-values, gains)[0]
    )


def test_what_shifts_whole_seeds_does_not_enter_within_seeds():
    """Simpson's trap: in each seed better images gain more, over both they seem to gain less."""
    values = np.array([1, 2, 3, 4, 11, 12, 13, 14.0])
    gains = np.array([21, 22, 23, 24, 1, 2, 3, 4.0])
    found = agreement_of(table(values, gains, np.repeat([0, 1], 4)), 1)
    assert found["rho_within"] == pytest.approx(1)
    assert found["rho"] < -0.5


def test_p_of_a_perfect_order_is_one_in_all_orders():
    """Two orders of 5! are as extreme: the one seen and its reverse."""
    found = agreement_of(table(np.arange(5.0), np.arange(5.0), np.zeros(5, int)), 1)
    assert found["p"] == pytest.approx(2 / 120)


def test_p_is_uniform_where_there_is_nothing():
    """400 tables of two seeds with four points: at most 5 % below .05, within 4 standard errors."""
    rng = np.random.default_rng(0)
    seeds = np.repeat([0, 1], 4)
    found = [agreement_of(table(*rng.normal(size=(2, 8)), seeds), 1)["p"] for _ in range(400)]
    share = np.mean(np.array(found) <= 0.05)
    assert share <= 0.05 + 4 * np.sqrt(0.05 * 0.95 / 400)
    assert np.mean(np.array(found) <= 0.5) == pytest.approx(0.5, abs=0.1)


def test_orders_stay_within_seeds():
    b, seeds = np.arange(12.0), np.array([0, 1, 2] * 4)
    rng = np.random.default_rng(0)
    for other in [*orders(b, seeds, rng)[:50], *orders(b[:6], seeds[:6], rng)]:
        for seed in range(3):
            own = seeds[: len(other)] == seed
            assert sorted(other[own]) == sorted(b[: len(other)][own])
    assert len(orders(b[:6], seeds[:6], rng)) == 2**3
    assert len(np.unique(orders(b, seeds, rng), axis=0)) > 5_000


def test_fewer_than_four_points_tell_nothing():
    found = agreement_of(table([1, 2, 3.0], [1, 2, 3.0], [0, 0, 0]), 1)
    assert np.isnan([found["rho"], found["rho_within"], found["p"]]).all()
    assert found["n"] == 3


def test_what_does_not_vary_has_no_correlation():
    found = agreement_of(table(np.ones(6), np.arange(6.0), np.zeros(6, int)), 1)
    assert np.isnan([found["rho"], found["rho_within"], found["p"]]).all()


@pytest.fixture(scope="module")
def summary(make_material):
    return summarise(make_material(seeds=(0, 1, 2), trainings=False, images=False), resamples=50)


def test_gains_are_over_the_baseline_of_the_same_seed(summary):
    found = points(summary, *WHERE)
    rows = summary.recognition.set_index(["training_set", "seed", "protocol", "metric"])["value"]
    assert set(found["images"]) >= {"A", "B", "C"}
    for row in found.itertuples():
        seed = (row.seed, *WHERE)
        assert row.gain == pytest.approx(rows[row.training_set, *seed] - rows["real", *seed])
        quality = summary.quality
        own = quality[(quality["images"] == row.images) & (quality["metric"] == row.metric)]
        assert row.value == own[own["seed"] == row.seed]["value"].item()


def test_a_metric_that_orders_fakes_as_recognition_does_agrees(summary):
    """One made from the gains is at 1, lower-better ones with their sign turned."""
    found = points(summary, *WHERE)
    one = found[found["metric"] == "fd_lite0"]
    rows = agreement(summary, pd.concat([
        one.assign(metric="ssim", value=one["gain"]), one.assign(metric="fid", value=-one["gain"]),
    ])).set_index("metric")  # fmt: skip
    assert rows.loc["ssim", "rho"] == pytest.approx(1)
    assert rows.loc["fid", "rho"] == pytest.approx(1)
    assert rows.loc["fid", "n"] == len(one)


def test_folds_are_pooled(make_material, summary):
    folded = summarise(
        make_material(seeds=(0, 1, 2), trainings=False, images=False, folds=(1, 2)), resamples=50
    )
    found = points(folded, *WHERE)
    assert not found.duplicated(["images", "metric", "seed"]).any()


def test_without_recognition_there_are_no_points(summary):
    assert points(replace(summary, recognition=summary.recognition[:0]), *WHERE).empty
    assert points(summary, "unseen-subjects", "nothing").empty
