"""Intervals by the jackknife: closed forms, and how often they contain the true value."""

import numpy as np
import pytest
from scipy.stats import t

from generators.measures.distances import frechet_distance
from generators.measures.intervals import group_people, jackknife, standard_error


def mean_of(values: np.ndarray):
    return lambda rows: {"mean": float(values[rows].mean())}


def test_of_a_mean_it_is_the_error_over_groups():
    """Equal groups: the standard deviation of the groups' means over the root of their number."""
    values = np.random.default_rng(0).normal(size=60)
    groups = np.repeat(np.arange(12), 5)
    means = values.reshape(12, 5).mean(1)
    half = t.ppf(0.975, 11) * means.std(ddof=1) / np.sqrt(12)
    found = jackknife(mean_of(values), groups)
    assert found.values["mean"] == pytest.approx(values.mean())
    assert found.high["mean"] - found.values["mean"] == pytest.approx(half)
    assert found.values["mean"] - found.low["mean"] == pytest.approx(half)


def test_unequal_groups_are_weighed_by_size():
    """Of a mean: with pseudo-values h x whole - (h - 1) x without equal to the groups' means."""
    rng = np.random.default_rng(1)
    sizes = np.array([2, 3, 9, 4, 7])
    groups = np.repeat(np.arange(5), sizes)
    values = rng.normal(size=sizes.sum()) + groups
    whole = np.array([values.mean()])
    without = np.array([[values[groups != k].mean()] for k in range(5)])
    means = np.array([values[groups == k].mean() for k in range(5)])
    h = sizes.sum() / sizes
    expected = np.sqrt(((means - values.mean()) ** 2 / (h - 1)).mean())
    assert standard_error(whole, without, sizes.astype(float)) == pytest.approx(expected)


def people_of(rng, people: int, images: int, features: int) -> np.ndarray:
    """Return features of `images` images of people, with equal variance within and between them."""
    persons = rng.normal(size=(people, 1, features))
    return (persons + rng.normal(size=(people, images, features))).reshape(-1, features)


def test_intervals_of_a_frechet_distance_hold_it_as_often_as_they_say():
    """Of 200 draws of 40 people with 5 images, 95 % of the intervals contain the mean over draws.

    Within 4 binomial standard errors. Intervals from groups of single images, as if images were
    people, are too narrow: less than 90 % contain it.
    """
    rng = np.random.default_rng(2)
    people, names = 40, np.repeat(np.arange(40), 5).astype(str)
    values, by_people, by_images = [], [], []
    for _ in range(200):
        a, b = people_of(rng, people, 5, 3), 0.8 * people_of(rng, people, 5, 3) + 0.3

        def statistic(i, j, a=a, b=b):
            return {"fd": frechet_distance(a[i], b[j])}

        for found, shown in ((by_people, names), (by_images, np.arange(200).astype(str))):
            groups = group_people(shown, np.char.add("other", shown), rng=rng)
            figures = jackknife(statistic, *groups)
            found.append((figures.low["fd"], figures.high["fd"]))
        values.append(figures.values["fd"])
    truth = np.mean(values)
    covered, covered_by_images = (
        np.mean([low <= truth <= high for low, high in found]) for found in (by_people, by_images)
    )
    assert abs(covered - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 200)
    assert covered_by_images < 0.90


def test_the_value_is_that_of_all_rows_and_enters_with_its_name():
    found = jackknife(lambda i, j: {"a": len(i), "b": len(j)}, np.arange(8), np.arange(6) % 8)
    assert found.values == {"a": 8, "b": 6}


@pytest.mark.parametrize("people", [1, 3])
def test_few_people_have_no_interval(people):
    groups = group_people(np.arange(people).astype(str), rng=np.random.default_rng(0))[0]
    found = jackknife(mean_of(np.ones(people)), groups)
    assert found.values["mean"] == 1
    assert np.isnan(found.low["mean"])
    assert np.isnan(found.high["mean"])


def test_where_too_few_rows_would_be_left_there_is_no_interval():
    """A statistic of at least five rows, of six in six groups: each remainder is just enough."""

    def statistic(rows):
        assert len(rows) >= 5
        return {"n": float(len(rows))}

    assert np.isfinite(jackknife(statistic, np.arange(6), fewest=5).low["n"])
    assert np.isnan(jackknife(statistic, np.arange(5), fewest=5).low["n"])


def test_groups_hold_whole_people_and_about_equal_numbers_of_images():
    rng = np.random.default_rng(3)
    a = rng.integers(0, 57, 400).astype(str)
    b = rng.integers(30, 90, 300).astype(str)
    first, second = group_people(a, b, rng=rng)
    both = dict(zip(np.r_[a, b], np.r_[first, second], strict=True))
    assert all(both[name] == group for name, group in zip(a, first, strict=True))
    assert all(both[name] == group for name, group in zip(b, second, strict=True))
    for groups, names in ((first, a), (second, b)):
        counts = np.bincount(groups, minlength=20)
        assert len(counts) == 20
        assert (
            counts.max() - counts.min()
            <= 2 * np.bincount(np.unique(names, return_inverse=True)[1]).max()
        )
