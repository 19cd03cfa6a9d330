"""Tests which sets are compared, how training variation is pooled, and verdicts."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from reports.cells import cells_of
from reports.comparisons import Comparison, Table, tables_of
from reports.draws import Draws
from reports.families import families
from reports.material import Amount, Material, TrainingSet, in_order
from reports.mcnemar import mcnemar
from reports.statistics import Estimate
from reports.summary import summarise
from reports.training_variation import variation_of_differences
from tests.metric_records import record

WHERE = ("unseen-subjects", "rank1")


def training_set(
    name: str, role: str, counterpart: str | None = None, amount: Amount | None = None
) -> TrainingSet:
    return TrainingSet(name, role, "", counterpart=counterpart, amount=amount)


SETS = (
    training_set("base", "baseline"),
    training_set("grey", "control"),
    training_set("a", "fakes"),
    training_set("b", "fakes"),
    training_set("a-leaky", "leaky", "a"),
    training_set("top", "ceiling"),
    training_set("other network", "external"),
    training_set("one", "curve"),
    training_set("one with VIS again", "curve", "one", Amount(1, 9, 9, 0, again=True)),
    training_set("one with fakes", "curve", "one", Amount(1, 9, 9, 90, "a")),
    training_set("half of the fakes", "curve", "base", Amount(0, 9, 0, 45, "a")),
    training_set("lonely", "curve", "not there"),
)


def test_families_are_questions():
    assert families(SETS) == {
        "help": [("a", "base"), ("b", "base")],
        "checks": [("grey", "base"), ("top", "base")],
        "rank": [("b", "a")],
        "beyond grey": [("a", "grey"), ("b", "grey")],
        "leaky": [("a-leaky", "base")],
        "leak": [("a-leaky", "a")],
        "curve": [("one with fakes", "one"), ("half of the fakes", "base")],
        "curve again": [("one with VIS again", "one")],
        "curve beyond": [("one with fakes", "one with VIS again")],
    }


def test_families_on_nir_statistics_compare_like_with_like():
    found = families(CLASSES)
    assert found["help"] == [("a", "base"), ("b", "base")]
    assert found["checks"] == [
        ("raw", "base"),
        ("grey", "base"),
        ("alone", "base"),
        ("top", "base"),
    ]
    assert found["statistics"] == [("base again", "base")]
    assert found["beyond base again"] == [
        ("a again", "base again"), ("b again", "base again"), ("a", "base again"),
        ("b", "base again"),
    ]  # fmt: skip
    assert found["beyond raw"] == [("a", "raw"), ("b", "raw")]
    assert found["beyond alone"] == [("a", "alone"), ("b", "alone")]


def test_the_answer_is_about_leaky_fakes_where_there_are_no_others():
    found = families(tuple(one for one in SETS if one.role != "fakes"))
    assert found["help"] == [("a-leaky", "base")]
    assert found["leaky"] == found["leak"] == []


def test_no_pair_is_compared_twice():
    pairs = [pair for family in families(SETS).values() for pair in family]
    assert len(pairs) == len(set(pairs))


def moved(name: str, role: str, *by: str, twin: str | None = None) -> TrainingSet:
    return replace(training_set(name, role), moved_by=by, twin=twin)


def again(name: str, *by: str) -> TrainingSet:
    scored = moved(f"{name} again", "adapted", *by, "statistics")
    return replace(scored, counterpart=name)


CLASSES = (
    moved("base", "baseline", "fine-tuning"),
    moved("raw", "untuned"),
    moved("grey", "control", "fine-tuning"),
    moved("grey too", "control", "fine-tuning", twin="grey"),
    moved("alone", "control", "fine-tuning", "translator"),
    moved("a", "fakes", "fine-tuning", "translator"),
    moved("b", "fakes", "fine-tuning", "translator"),
    moved("top", "ceiling", "fine-tuning"),
    again("a", "fine-tuning", "translator"),
    again("b", "fine-tuning", "translator"),
    again("base", "fine-tuning"),
    moved("other network", "external"),
)  # fmt: skip


@pytest.fixture(scope="module")
def by_class():
    """Four seeds of every set; each has its own spread over seeds."""
    rng = np.random.default_rng(2)
    values = {one.name: rng.random((4, 20)) for one in CLASSES}
    values["grey too"] = values["grey"]
    return summarise(of_outcomes(values, CLASSES), 300), values


def test_within_a_class_the_training_variation_is_that_of_all_its_sets(by_class):
    found, values = by_class
    for pair, pool in {
        ("b", "a"): ("a", "b", "alone"),
        ("grey", "base"): ("base", "grey", "top"),
        ("top", "base"): ("base", "grey", "top"),
        ("a", "alone"): ("a", "b", "alone"),
    }.items():
        assert found.compared(*pair, *WHERE).estimate.freedom == (len(pool) - 1) * 3, pair
        pooled = variation_of_differences(np.stack([values[name].mean(1) for name in pool]))
        used = table(values).variation(pair, (0, 1, 2, 3))
        assert (used.variance, used.freedom) == (pytest.approx(pooled.variance), pooled.freedom)


def test_across_classes_a_difference_has_its_own_spread_over_seeds(by_class):
    found, values = by_class
    for pair in (("a", "base"), ("a", "grey"), ("b", "base again"), ("raw", "base"),
                 ("a again", "base again"), ("base again", "base")):  # fmt: skip
        comparison = found.compared(*pair, *WHERE)
        assert comparison.estimate.freedom == 3, pair
        assert table(values).variation(pair, (0, 1, 2, 3)) is None


def test_one_class_more_or_less_moves_nothing_in_another(by_class):
    found, values = by_class
    fewer = tuple(one for one in CLASSES if one.name not in ("grey", "grey too", "top", "raw"))
    small = summarise(of_outcomes({one.name: values[one.name] for one in fewer}, fewer), 300)
    for pair in (("b", "a"), ("a", "base"), ("a again", "base again")):
        assert small.compared(*pair, *WHERE).estimate == found.compared(*pair, *WHERE).estimate
    for name in ("a", "alone", "base again"):
        assert small.means[name, *WHERE] == found.means[name, *WHERE]
    assert small.means["base", *WHERE] != found.means["base", *WHERE]  # its class lost two sets


def table(values: dict[str, np.ndarray]) -> Table:
    cells = cells_of(of_outcomes(values, CLASSES).outcomes)
    (found,) = tables_of(cells, CLASSES, Draws(0, 300), {})
    return found


def test_of_an_older_run_it_is_known_which_sets_have_fakes(full, full_material):
    rows = full_material.outcomes
    rows = rows[(rows["protocol"] == WHERE[0]) & (rows["metric"] == WHERE[1])]
    with_fakes = [one for one in full.training_sets
                  if one.role == "fakes" or one.name in ("real+C-shuffled", "C-alone")]  # fmt: skip
    pair = full.compared("real+B", "real+A", *WHERE).estimate
    assert pair.freedom == (len(with_fakes) - 1) * 1
    assert full.compared("real+C", "real", *WHERE).estimate.freedom == 1
    assert full.compared("real+C@nir1", "real@nir1", *WHERE).estimate.freedom == 1


def of_outcomes(values: dict[str, np.ndarray], sets: tuple[TrainingSet, ...]) -> Material:
    """Material of rank-1: by name (seeds, probes), two probes of each person."""
    tables = [
        pd.DataFrame({
            "training_set": name, "seed": seed, "protocol": WHERE[0], "metric": WHERE[1],
            "probe": np.arange(len(row)).astype(str), "subject": np.arange(len(row)) // 2,
            "value": row,
        })
        for name, rows in values.items()
        for seed, row in enumerate(rows)
    ]  # fmt: skip
    return replace(empty(), training_sets=in_order(sets), outcomes=pd.concat(tables))


@pytest.mark.parametrize("level", [0.0, 1.0, None])
def test_equal_outcomes_everywhere_are_ties_and_end_no_report(level):
    """Saturated, at the floor, or the same by chance: nothing divides by nothing."""
    rows = np.random.default_rng(0).integers(0, 2, (3, 20)) * 1.0
    same = rows if level is None else np.full((3, 20), level)
    found = summarise(of_outcomes({one.name: same for one in SETS[:4]}, SETS[:4]), 300)
    assert len(found.comparisons) > 3
    for comparison in found.comparisons:
        assert comparison.verdict == "undecided"
        estimate = comparison.estimate
        assert (estimate.value, estimate.low, estimate.high) == (0, 0, 0)
    for mean in found.means.values():
        assert mean.low < mean.high
        assert mean.low <= mean.value <= mean.high


def test_a_twin_takes_the_comparisons_of_its_training_and_counts_nowhere():
    rng = np.random.default_rng(1)
    values = {name: rng.random((3, 20)) for name in ("base", "grey", "a", "b", "top")}
    sets = tuple(one for one in SETS if one.name in values)
    twin = replace(training_set("grey too", "control"), twin="grey")
    alone = summarise(of_outcomes(values, sets), 300)
    both = summarise(of_outcomes(values | {"grey too": values["grey"]}, (*sets, twin)), 300)
    remaining = {(c.training_set, c.baseline): c for c in both.comparisons}
    for comparison in alone.comparisons:  # no estimate and no adjusted p moves
        assert remaining.pop((comparison.training_set, comparison.baseline)) == comparison
    assert set(remaining) == {("grey too", "base"), ("a", "grey too"), ("b", "grey too")}
    for (name, base), comparison in remaining.items():
        first = alone.compared(name.replace(" too", ""), base.replace(" too", ""), *WHERE)
        assert comparison.p_adjusted == first.p_adjusted
        assert comparison.estimate == first.estimate
    assert remaining["a", "grey too"].family == "beyond grey too"


def test_mcnemar_stands_beside_what_is_hit_or_missed(full, full_material):
    rows = full_material.outcomes
    for comparison in full.comparisons:
        assert (comparison.mcnemar_p is not None) == (comparison.metric in ("rank1", "accuracy"))
    rows = rows[(rows["protocol"] == WHERE[0]) & (rows["metric"] == WHERE[1])]
    table = rows.pivot_table(index=["seed", "probe"], columns="training_set", values="value")
    found = full.compared("real+B", "real", *WHERE)
    assert found.mcnemar_p == pytest.approx(mcnemar(table["real+B"], table["real"]))


@pytest.mark.parametrize(
    ("metric", "difference", "p", "verdict"),
    [
        ("rank1", 0.1, 0.01, "gain"),
        ("rank1", -0.1, 0.01, "loss"),
        ("fid", -3.0, 0.01, "gain"),
        ("fid", 3.0, 0.01, "loss"),
        ("fid", -3.0, 0.06, "undecided"),
    ],
)
def test_a_gain_is_an_improvement(metric, difference, p, verdict):
    found = Estimate(difference, difference, difference, p, 1, 9, 9)
    assert Comparison("a", "base", "somewhere", record(metric), found, {}, p).verdict == verdict


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_names_are_seldom_told_apart(seed):
    """A/A: no name stands for a way of training, so hardly any difference may be found."""
    rng = np.random.default_rng(seed)
    people = np.repeat([f"s{i}" for i in range(20)], 4)
    sets = in_order((SETS[0], *(training_set(f"f{i}", "fakes") for i in range(4))))
    ease = rng.normal(0, 0.4, 20)[:, None] + rng.normal(0, 0.2, (20, 4))
    tables = []
    for one in sets:
        for number in range(3):
            moved = ease + rng.normal(0, 0.15) + rng.normal(0, 0.3, (20, 4))
            table = {"training_set": one.name, "seed": number, "subject": people}
            table |= {"probe": np.arange(80).astype(str), "value": (moved.ravel() > 0) * 1.0}
            tables.append(pd.DataFrame(table).assign(protocol=WHERE[0], metric=WHERE[1]))
    material = replace(empty(), training_sets=sets, outcomes=pd.concat(tables))
    found = summarise(material, resamples=400).comparisons
    assert sum(comparison.verdict != "undecided" for comparison in found) <= 1


def empty():
    return Material({}, SETS[:1], pd.DataFrame(), pd.DataFrame(), pd.DataFrame())
