"""Numbers against plain means; independence of what else was run; refusals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from faces.common.errors import DataError
from reports.statistics import holm
from reports.summary import summarise

WHERE = ("unseen-subjects", "rank1")


@pytest.fixture(scope="module")
def three(make_material):
    return make_material(seeds=(0, 1, 2), images=False, trainings=False)


def without(material, training_set, **task):
    """The material less some outcomes of a training set."""
    rows = material.outcomes
    chosen = rows["training_set"] == training_set
    for name, value in task.items():
        chosen &= rows[name] == value
    return replace(material, outcomes=rows[~chosen])


def test_means_and_differences_are_plain_means(three):
    summary = summarise(three, resamples=200)
    table = three.outcomes.groupby(["training_set", "protocol", "metric"])["value"].mean()
    for key, estimate in summary.means.items():
        assert estimate.value == pytest.approx(table[key])
        assert estimate.low <= estimate.value <= estimate.high
    for comparison in summary.comparisons:
        task = comparison.protocol, comparison.metric
        wanted = table[comparison.training_set, *task] - table[comparison.baseline, *task]
        assert comparison.estimate.value == pytest.approx(wanted)
        assert np.mean(list(comparison.per_seed.values())) == pytest.approx(wanted)


def test_known_effects_get_their_verdicts(three):
    summary = summarise(three, resamples=1000)
    verdicts = {
        name: summary.compared(name, "real", "unseen-subjects", "rank1").verdict
        for name in ("real+B", "real+C", "real+oracle")
    }
    assert set(verdicts.values()) == {"gain"}
    reversed_sets = tuple(
        replace(
            training_set,
            role={"baseline": "fakes", "ceiling": "baseline"}.get(
                training_set.role, training_set.role
            ),
        )
        for training_set in three.training_sets
    )
    ordered = (reversed_sets[-1], *reversed_sets[:-1])
    against_best = summarise(replace(three, training_sets=ordered), resamples=1000)
    found = against_best.compared("real", "real+oracle", "unseen-subjects", "rank1")
    assert found.verdict == "loss"


def test_holm_runs_over_each_family(full):
    sizes = {"help": 3, "checks": 7, "rank": 3, "curve": 5}
    sizes |= {f"beyond {control}": 3 for control in full.in_role("control")}
    for family, size in sizes.items():
        rows = [
            comparison
            for comparison in full.comparisons
            if (comparison.protocol, comparison.metric, comparison.family)
            == ("unseen-subjects", "rank1", family)
        ]
        assert len(rows) == size
        wanted = holm(np.array([comparison.estimate.p for comparison in rows]))
        np.testing.assert_allclose([comparison.p_adjusted for comparison in rows], wanted)
    assert {comparison.family for comparison in full.comparisons} == set(sizes)
    assert "dlib-face" not in {comparison.training_set for comparison in full.comparisons}


def test_an_external_recognizer_is_scored_and_shown(full):
    assert ("dlib-face", "unseen-subjects", "rank1") in full.means


def one_seed(material):
    rows = material.outcomes
    return replace(material, outcomes=rows[rows["seed"] == 0])


def test_another_training_set_moves_no_value_of_the_others_but_helps_to_know_the_variation(three):
    without_a = replace(
        without(three, "real+A"),
        training_sets=tuple(
            training_set for training_set in three.training_sets if training_set.name != "real+A"
        ),
    )
    names = ("real+B", "real", "unseen-subjects", "auc")
    for change in (one_seed, lambda material: material):
        all_sets, fewer = (
            summarise(change(material), resamples=200) for material in (three, without_a)
        )
        one, other = (summary.compared(*names) for summary in (all_sets, fewer))
        assert one.estimate.value == other.estimate.value
        assert one.per_seed == other.per_seed
        if change is one_seed:
            assert one.estimate == other.estimate
            assert fewer.means.items() <= all_sets.means.items()
        else:
            pair = [
                summary.compared("real+C", "real+B", *names[2:]) for summary in (all_sets, fewer)
            ]
            assert [found.estimate.freedom for found in pair] == [2 * 2, 1 * 2]
            assert one.estimate == other.estimate  # across classes nothing is pooled


def test_the_order_of_rows_changes_nothing(three):
    shuffled = three.outcomes.sample(frac=1, random_state=3)
    found = summarise(replace(three, outcomes=shuffled), resamples=200)
    for key, estimate in summarise(three, resamples=200).means.items():
        assert found.means[key] == estimate


def test_a_metric_absent_in_one_set_has_no_comparison(three):
    summary = summarise(without(three, "real+B", metric="auc"), resamples=100)
    assert summary.compared("real+B", "real", "unseen-subjects", "auc") is None
    assert summary.compared("real+C", "real+B", "unseen-subjects", "auc") is None
    assert summary.compared("real+C", "real", "unseen-subjects", "auc") is not None


def test_intervals_are_those_of_paired_differences_of_people(three):
    """With one seed and as many probes of everybody: Student's interval of people's differences."""
    material = one_seed(three)
    found = summarise(material, resamples=4000).compared("real+B", "real", *WHERE).estimate
    rows = material.outcomes
    rows = rows[(rows["protocol"] == WHERE[0]) & (rows["metric"] == WHERE[1])]
    means = rows.pivot_table(index="subject", columns="training_set", values="value")
    wanted = stats.ttest_rel(means["real+B"], means["real"]).confidence_interval()
    width = wanted.high - wanted.low
    assert found.high - found.low == pytest.approx(width, rel=0.06)
    assert found.low == pytest.approx(wanted.low, abs=0.1 * width)


def test_only_shared_seeds_are_compared(three):
    summary = summarise(without(three, "real+B", seed=1), resamples=100)
    comparison = summary.compared("real+B", "real", "unseen-subjects", "rank1")
    assert set(comparison.per_seed) == {0, 2}
    lonely = without(without(three, "real+B", seed=1), "real+B", seed=2)
    lonely = without(lonely, "real", seed=0)
    summary = summarise(lonely, resamples=100)
    assert summary.compared("real+B", "real", "unseen-subjects", "rank1") is None


def test_outcomes_that_do_not_belong_together_are_refused(three):
    rows = three.outcomes
    twice = replace(three, outcomes=pd.concat([rows, rows.head(1)]))
    with pytest.raises(DataError, match="twice"):
        summarise(twice)
    with pytest.raises(DataError, match="different probes"):
        summarise(without(three, "real+B", probe="s00/0"))
    with pytest.raises(DataError, match="different probes"):
        summarise(without(three, "real+B", probe="s00/0", seed=1))
    empty = rows.assign(value=rows["value"].where(rows["probe"] != "s00/0"))
    with pytest.raises(DataError, match="missing probe"):
        summarise(replace(three, outcomes=empty))
