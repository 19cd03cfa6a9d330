"""Runs side by side: differences against a plain recomputation, what is tested, and what is not."""

import re
from dataclasses import replace
from html import unescape

import numpy as np
import pandas as pd
import pytest

from reports.compare.page import lines, render, write_comparison
from reports.compare.runs import Run, compare_runs, different
from reports.compare.tables import frame, recognition_tables
from reports.material import Amount, TrainingSet
from reports.page.html import source
from tests.reports.conftest import HOSTILE, PROVENANCE, SETS, made_material

RESAMPLES = 400


def a_run(name: str, steps: int = 800, images: str = "", people: int = 0, **changed) -> Run:
    made = made_material(
        **{"sets": SETS, "subjects": 12, "images": False, "trainings": False} | changed
    )
    settings = {"data": {"name": "synthetic", "population": people}, "generator": {"steps": steps}}
    return Run(name, replace(made, provenance=PROVENANCE | {"settings": settings}), images)


def better(run: Run, name: str, by: float, training_set: str = "real+A") -> Run:
    """The run under another name, in which one training set misses fewer probes."""
    rows = run.material.outcomes.copy()
    chosen = (rows["training_set"] == training_set) & (rows["value"] == 0)
    hits = np.random.default_rng(0).random(len(rows)) < by
    rows.loc[chosen & hits, "value"] = 1.0
    return Run(name, replace(run.material, outcomes=rows), run.images)


@pytest.fixture(scope="module")
def first() -> Run:
    return a_run("first", seeds=(0, 1, 2))


def test_a_difference_is_that_of_the_same_probes_and_seeds_alone(first):
    second = better(first, "second", 0.3)
    kept = second.material.outcomes[second.material.outcomes["seed"] > 0]  # two common seeds
    second = replace(second, material=replace(second.material, outcomes=kept))
    compared = compare_runs([first, second], RESAMPLES)
    keys = ["training_set", "protocol", "metric", "seed", "probe"]
    both = first.material.outcomes.merge(kept, on=keys)
    both["change"] = both["value_y"] - both["value_x"]
    for (run, *key), change in compared.changes.items():
        rows = both
        for column, value in zip(keys, key, strict=False):
            rows = rows[rows[column] == value]
        assert run == "second"
        assert change.estimate.value == pytest.approx(rows["change"].mean())
        assert change.per_seed == pytest.approx(rows.groupby("seed")["change"].mean().to_dict())
        assert change.estimate.low <= change.estimate.value <= change.estimate.high


def test_what_changed_is_found_and_what_did_not_is_the_same_and_costs_nothing(first):
    compared = compare_runs([first, better(first, "second", 0.5)], RESAMPLES)
    assert {key[1] for key in compared.changes} == {"real+A"}
    names = {training_set.name for training_set in SETS}
    assert {key[1] for key in compared.identical} == names - {"real+A"}
    assert {change.verdict for change in compared.changes.values()} == {"gain"}
    for change in compared.changes.values():
        assert change.p_adjusted == change.estimate.p  # a family of one
    (sentence,) = [line for line in lines(compared) if line.startswith("Rank-1")]
    assert re.search(r"second against first: better with real\+A \(\+\d", sentence)
    assert "the same in every outcome with real, " in sentence


def test_turned_around_a_gain_is_a_loss_of_the_same_size(first):
    second = better(first, "second", 0.5)
    there, back = (compare_runs(runs, RESAMPLES) for runs in ([first, second], [second, first]))
    for (_, *key), change in there.changes.items():
        other = back.changes["first", *key]
        assert other.verdict == "loss"
        assert other.estimate.value == pytest.approx(-change.estimate.value)


def test_holm_is_over_all_runs_and_training_sets_of_a_metric(first):
    a = better(better(first, "a", 0.1), "a", 0.1, "real+B")
    compared = compare_runs([first, a, better(first, "b", 0.1)], RESAMPLES)
    for metric in ("rank1", "auc"):
        family = [change for key, change in compared.changes.items() if key[3] == metric]
        assert len(family) == 3
        ordered = sorted(change.estimate.p for change in family)
        expected = np.minimum(np.maximum.accumulate(np.array(ordered) * [3, 2, 1]), 1)
        assert sorted(change.p_adjusted for change in family) == pytest.approx(list(expected))


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"subjects": 10}, "the probes differ: "),
        ({"people": 1}, "the people are others"),
        ({"seeds": (7,)}, "no seed is in both"),
    ],
)
def test_what_cannot_be_paired_is_not_tested_and_says_why(first, other, why):
    compared = compare_runs([first, a_run("second", **other)], RESAMPLES)
    assert not compared.changes
    assert not compared.identical
    assert set(compared.untested) == {("second", protocol) for protocol in compared.protocols()}
    assert all(text.startswith(why) for text in compared.untested.values())
    assert sum(f"nothing was tested, because {why}" in line for line in lines(compared)) == 2
    assert "difference" not in set(frame(compared)["kind"])
    for table in recognition_tables(compared).values():
        assert table.header[1:] == ("first", "second")
        assert len(table.rows) == len(SETS)


def test_the_digest_of_the_images_outweighs_settings(first):
    """Copies of one data set lie at two paths; two populations have one digest each."""
    moved = a_run("moved", people=1, images="digest", seeds=(0, 1, 2))
    compared = compare_runs([replace(first, images="digest"), moved], RESAMPLES)
    assert not compared.untested
    assert not compared.changes  # the same in every outcome


def test_points_of_curves_are_left_out(first):
    curve = TrainingSet("real@x", "curve", "few", amount=Amount(1, 10, 10, 0))
    extra = first.material.outcomes.query("training_set == 'real'").assign(training_set="real@x")
    material = replace(
        first.material,
        training_sets=(*first.material.training_sets, curve),
        outcomes=pd.concat([first.material.outcomes, extra]),
    )
    compared = compare_runs([replace(first, material=material), first], RESAMPLES)
    assert "real@x" not in {training_set.name for training_set in compared.training_sets()}
    assert "real@x" not in {key[1] for key in compared.identical}


def test_settings_that_differ_are_named_with_their_values():
    values = [{"a": {"x": 1, "same": 2}}, {"a": {"x": [3, 4], "same": 2}, "new": "7"}]
    assert different(values) == [("a.x", ["1", "3, 4"]), ("new", ["–", "7"])]
    assert different([values[0], values[0]]) == []


def test_one_seed_is_said_to_be_one(first):
    one = a_run("one", seeds=(0,))
    two = better(one, "two", 0.3)
    assert any("One seed" in line for line in lines(compare_runs([one, two], RESAMPLES)))
    compared = compare_runs([first, better(first, "second", 0.3)], RESAMPLES)
    assert not any("One seed" in line for line in lines(compared))


def test_the_page_escapes_names_and_loads_nothing(first, tmp_path):
    compared = compare_runs([first, better(first, HOSTILE, 0.3)], RESAMPLES)
    write_comparison(compared, tmp_path / "out")
    page = (tmp_path / "out" / "compare.html").read_text()
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert script == source("report.js")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    beside = set(re.findall(r"(?:src|href)=\"(?!#|data:)([^\"]*)\"", page))
    assert beside == {"compare.csv", "compare.md", "compare.tex"}
    assert all((tmp_path / "out" / name).exists() for name in beside)
    assert "default-src 'none'" in unescape(page)
    for title in ("What differs", "Data and protocol", "Recognition", "Image quality"):
        assert f"<h2>{title} " in page or title == "What differs"


def test_the_same_runs_give_the_same_bytes(first):
    second = better(first, "second", 0.3)
    assert render(compare_runs([first, second], RESAMPLES)) == render(
        compare_runs([first, second], RESAMPLES)
    )


def test_the_csv_holds_every_number(first, tmp_path):
    compared = compare_runs([first, better(first, "second", 0.3)], RESAMPLES)
    table = frame(compared)
    means = table[table["kind"] == "mean"].set_index(["run", "training_set", "protocol", "metric"])
    for key, estimate in compared.summaries[1].means.items():
        assert means.loc[("second", *key), "value"] == estimate.value
    rows = table[table["kind"] == "difference"]
    assert len(rows) == len(compared.changes) + len(compared.identical)
    assert (table["kind"] == "quality").sum() == 2 * len(first.material.quality)
