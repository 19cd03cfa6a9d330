"""Folds: numbers against plain loops, people over folds, and what captions say."""

from dataclasses import replace
from statistics import mean, stdev

import numpy as np
import pandas as pd
import pytest

from reports.folds import first_fold, fold_numbers, over_folds, which_fold, whole_folds
from reports.records import table_rows
from reports.summary import summarise
from reports.tables.folds import fold_frame, fold_tables

KEY = ("training_set", "protocol", "metric")


@pytest.fixture(scope="module")
def folded(make_material):
    return make_material(seeds=(0, 1), folds=(1, 2, 3), images=False, trainings=False)


@pytest.fixture(scope="module")
def summary(folded):
    return summarise(folded, resamples=200)


def plain_values(outcomes: pd.DataFrame, fold: int, key: tuple[str, str, str]) -> dict:
    """seed -> the mean over the probes of a fold, by a loop over rows."""
    values: dict[int, list[float]] = {}
    for row in outcomes.to_dict("records"):
        if row["fold"] == fold and tuple(row[name] for name in KEY) == key:
            values.setdefault(row["seed"], []).append(row["value"])
    return {seed: mean(found) for seed, found in values.items()}


KEYS = [("real+B", "unseen-subjects", "rank1"), ("real", "seen-subjects", "accuracy")]


@pytest.mark.parametrize("key", KEYS)
def test_mean_and_deviation_over_folds_are_those_of_plain_loops(folded, summary, key):
    per_fold = [mean(plain_values(folded.outcomes, fold, key).values()) for fold in (1, 2, 3)]
    found = summary.over_folds[key]
    assert found.mean == pytest.approx(mean(per_fold))
    assert found.std == pytest.approx(stdev(per_fold))
    assert found.folds == 3


@pytest.mark.parametrize("key", KEYS)
def test_there_is_a_row_per_seed_and_fold(folded, summary, key):
    rows = table_rows(summary.recognition, (*KEY, "seed", "value", "n"))
    own = [row for row in rows if tuple(row[name] for name in KEY) == key]
    assert sorted((row["seed"], row["fold"]) for row in own) == [
        (seed, fold) for seed in (0, 1) for fold in (1, 2, 3)
    ]
    for row in own:
        wanted = plain_values(folded.outcomes, row["fold"], key)[row["seed"]]
        assert row["value"] == pytest.approx(wanted)
        assert isinstance(row["fold"], int)


def test_the_headline_pools_all_probes_whatever_the_sizes_of_folds(folded, summary):
    sizes = folded.outcomes.groupby("fold")["probe"].nunique()
    assert sizes.nunique() > 1
    for comparison in summary.comparisons:
        task = comparison.protocol, comparison.metric
        names = (comparison.baseline, comparison.training_set)
        for name, value in zip(names, summary.means_of(comparison), strict=True):
            assert value == pytest.approx(summary.means[name, *task].value)
    pooled = summary.means[KEYS[0]]
    assert pooled.value != pytest.approx(summary.over_folds[KEYS[0]].mean)


def test_who_is_tested_in_several_folds_is_one_person(folded, summary):
    people = folded.outcomes.groupby("fold")["subject"].unique()
    assert set(people[1]) & set(people[2]) & set(people[3])
    estimate = summary.means[KEYS[0]]
    assert estimate.subjects == folded.outcomes["subject"].nunique()
    assert estimate.probes == folded.outcomes["probe"].nunique()


@pytest.mark.parametrize("seed", range(5))
def test_deviation_over_random_folds(seed):
    rng = np.random.default_rng(seed)
    seeds, folds = rng.integers(1, 4), rng.integers(2, 11)
    values = rng.random((seeds, folds))
    rows = [
        {"training_set": "a", "seed": s, "fold": f, "protocol": "p", "metric": "m", "n": 9}
        | {"value": values[s, f]}
        for s in range(seeds)
        for f in range(folds)
    ]
    (found,) = over_folds(pd.DataFrame(rows).sample(frac=1, random_state=seed)).values()
    assert found.mean == pytest.approx(values.mean())
    assert found.std == pytest.approx(stdev(values.mean(0)))
    assert found.folds == folds


@pytest.mark.parametrize("fold", [np.nan, None])
def test_an_empty_column_changes_nothing(make_material, fold):
    plain = make_material(images=False, trainings=False)
    empty = replace(plain, outcomes=plain.outcomes.assign(fold=fold))
    one, other = (summarise(material, resamples=100) for material in (plain, empty))
    pd.testing.assert_frame_equal(one.recognition, other.recognition)
    assert one.means == other.means
    assert other.over_folds == {}
    assert fold_tables(other) == []


def test_one_fold_is_named_but_has_no_deviation(make_material):
    found = summarise(make_material(folds=(4,), images=False, trainings=False), resamples=100)
    assert set(found.recognition["fold"]) == {4}
    assert found.over_folds == {}


def test_a_protocol_without_folds_beside_one_that_has_them(folded):
    rows = folded.outcomes.copy()
    rows["fold"] = rows["fold"].astype(float)
    rows.loc[rows["protocol"] == "seen-subjects", "fold"] = np.nan
    found = summarise(replace(folded, outcomes=rows), resamples=100)
    assert {key[1] for key in found.over_folds} == {"unseen-subjects"}
    (table,) = fold_tables(found)
    assert "unseen people" in table.title
    rows = table_rows(found.recognition, (*KEY, "seed", "value", "n"))
    assert {row["protocol"] for row in rows} == {"seen-subjects", "unseen-subjects"}
    for row in rows:
        assert ("fold" in row) == (row["protocol"] == "unseen-subjects")


def test_tables_print_what_the_frame_holds(summary):
    frame = fold_frame(summary)
    assert len(frame) == len(summary.over_folds)
    unseen, seen = fold_tables(summary)
    assert (unseen.title, len(unseen.rows)) == ("Over folds, as published: unseen people", 5)
    row = frame[(frame["training_set"] == "real+B") & (frame["metric"] == "rank1")].iloc[0]
    cells = {cells[0][0]: cells[1] for cells in unseen.rows}
    assert cells["real+B"] == (f"{100 * row['fold_mean']:.1f} ± {100 * row['fold_std']:.1f}",)
    assert "3 folds" in seen.note


def test_folds_of_tables_and_words():
    table = pd.DataFrame({"fold": [3, 1, np.nan, 3], "x": range(4)})
    assert fold_numbers(table) == [1, 3]
    assert list(first_fold(table)["x"]) == [1]
    assert which_fold(table) == "Fold 1, the first of 2."
    assert which_fold(table.iloc[[0]]) == which_fold(table[["x"]]) == ""
    assert list(first_fold(table[["x"]])["x"]) == [0, 1, 2, 3]
    assert "fold" not in whole_folds(table.iloc[[2]])
    assert str(whole_folds(table)["fold"].dtype) == "Int64"
