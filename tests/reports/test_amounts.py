"""Curves over amounts: which training sets lie on them, what is drawn, what the table says."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from reports.amounts import effect, fakes_lines, nir_lines, per_person
from reports.answer.controls import amount_sentences
from reports.material import Amount, TrainingSet, in_order
from reports.plots.amounts import frame, plots, signed_root, signed_square
from reports.plots.figure import PAPER
from reports.tables.amounts import amount_frame, amount_tables

WHERE = ("unseen-subjects", "rank1")


def names(lines):
    return {line.translator: [training_set.name for training_set in line.sets] for line in lines}


def test_lines_hold_the_sets_that_differ_in_one_amount_whatever_the_order(full):
    for seed in range(20):
        order = np.random.default_rng(seed).permutation(len(full.training_sets))
        sets = in_order(tuple(full.training_sets[i] for i in order))
        assert names(nir_lines(sets)) == {
            None: ["real", "real@nir1", "real@nir2", "real@nirall"],
            "C": ["real+C", "real+C@nir1", "real+C@nir2", "real+C@nirall"],
        }
        fakes = names(fakes_lines(sets))
        assert fakes["C"] == ["real", "real+C@fakes0.25", "real+C@fakes0.5", "real+C"]


def test_a_translator_at_one_amount_of_nir_has_no_line_and_alone_no_curve(full):
    no_curves = tuple(
        training_set for training_set in full.training_sets if training_set.role != "curve"
    )
    assert nir_lines(no_curves) == []
    without = tuple(
        training_set
        for training_set in full.training_sets
        if not training_set.name.startswith("real+C@nir")
    )
    assert nir_lines(without) == []


def test_no_amounts_no_lines():
    sets = (TrainingSet("real", "baseline", ""), TrainingSet("real+A", "fakes", "", "A"))
    assert nir_lines(sets) == fakes_lines(sets) == []


@pytest.mark.parametrize(("nir", "mean"), [(0, 0.0), (4, 4.0), ("all", 7.5)])
def test_all_images_count_as_their_mean(nir, mean):
    assert per_person(Amount(nir, 40, 300, 0)) == mean


def test_the_root_scale_keeps_zero_the_order_and_turns_back():
    x = np.linspace(-3, 30, 67)
    np.testing.assert_allclose(signed_square(signed_root(x)), x, atol=1e-12)
    assert signed_root(np.zeros(1)) == 0
    assert (np.diff(signed_root(x)) > 0).all()


def test_what_the_fakes_add_is_against_the_same_real_images(full):
    sets = {training_set.name: training_set for training_set in full.training_sets}
    for name, without in {
        "real+C": "real",
        "real+C@nir1": "real@nir1",
        "real+C@fakes0.5": "real",
    }.items():
        compared = effect(full, sets[name], *WHERE)
        assert (compared.training_set, compared.baseline) == (name, without)
    assert effect(full, sets["real@nir1"], *WHERE) is None
    assert effect(full, sets["real-twice"], *WHERE) is None


def test_plots_show_the_means_with_their_intervals_and_ties_hollow(full):
    by_name = {plot.name: plot for plot in plots(full, [WHERE])}
    assert set(by_name) == {"few-shot-unseen-subjects-rank1", "fakes-curve-unseen-subjects-rank1"}
    plot = by_name["few-shot-unseen-subjects-rank1"]
    axes = plot.figure.axes[0]
    ticks = dict(
        zip(axes.get_xticks(), (t.get_text() for t in axes.get_xticklabels()), strict=True)
    )
    assert ticks == {0: "0", 1: "1", 2: "2", 7.5: "all (7.5)"}
    low, high = axes.get_ylim()
    left, right = axes.get_xlim()
    assert left < 0 < 7.5 < right
    for row in plot.data.itertuples():
        mean = full.means[row.training_set, *WHERE]
        assert (row.value, row.ci_low, row.ci_high) == (mean.value, mean.low, mean.high)
        assert low <= 100 * row.ci_low
        assert 100 * row.ci_high <= high
    hollow = [line for line in axes.lines if line.get_markerfacecolor() == PAPER]
    for line in axes.lines:  # nothing lies under a mark whose ground is clear on the page
        marked = line.get_markevery()
        if marked is not None:
            shown = {line.get_xdata()[i] for i in marked}
            drawn_hollow = {x for other in hollow if other.get_color() == line.get_color()
                            for x in other.get_xdata()}  # fmt: skip
            assert shown.isdisjoint(drawn_hollow)
            assert shown | drawn_hollow == set(line.get_xdata())
    tied = plot.data["p_adjusted"] >= 0.05
    assert sorted(x for line in hollow for x in line.get_xdata()) == sorted(
        plot.data["nir_mean"][tied]
    )
    assert "10 people, 80 probes, 2 seeds" in plot.caption


def test_a_metric_that_a_point_lacks_leaves_it_out(full):
    means = {key: mean for key, mean in full.means.items() if key[0] != "real@nir1"}
    (first, *_) = plots(replace(full, means=means), [WHERE])
    assert "real@nir1" not in set(first.data["training_set"])
    assert len(first.data) == 7
    assert not list(plots(replace(full, means={}), [WHERE]))


def test_the_table_has_a_row_per_amount_and_prints_the_frame(full):
    (table,) = amount_tables(full, [WHERE])
    assert [row[0][0] for row in table.rows] == ["0", "1", "2", "all"]
    numbers = amount_frame(full, [WHERE]).set_index("training_set")
    for row, without, fakes in zip(
        table.rows,
        ["real", "real@nir1", "real@nir2", "real@nirall"],
        ["real+C", "real+C@nir1", "real+C@nir2", "real+C@nirall"],
        strict=True,
    ):
        assert row[1][0].startswith(f"{100 * numbers.loc[without, 'value']:.1f} [")
        assert row[2][0].startswith(f"{100 * numbers.loc[fakes, 'value']:.1f} [")
        gap = numbers.loc[fakes, "value"] - numbers.loc[without, "value"]
        assert numbers.loc[fakes, "difference"] == pytest.approx(gap)
        assert row[3][1] in ("gain", "loss", "tie")
        assert (row[3][1] == "tie") == (numbers.loc[fakes, "p_adjusted"] >= 0.05)


def test_without_curves_there_is_no_table(full):
    no_curves = tuple(
        training_set for training_set in full.training_sets if training_set.role != "curve"
    )
    assert amount_tables(replace(full, training_sets=no_curves), [WHERE]) == []
    assert amount_frame(replace(full, training_sets=no_curves), [WHERE]).empty


def test_the_frame_keeps_its_order_over_translators(full):
    for lines in permutations(nir_lines(full.training_sets)):
        table = frame(full, list(lines), *WHERE)
        assert list(dict.fromkeys(table["translator"])) == [line.translator or "" for line in lines]


def again(full):
    """The full run with the VIS images once more as a control at every amount."""
    sets, means, comparisons = list(full.training_sets), dict(full.means), list(full.comparisons)
    for name, without, fakes in (
        ("real-twice", "real", "real+C"),
        ("real-twice@nir1", "real@nir1", "real+C@nir1"),
        ("real-twice@nirall", "real@nirall", "real+C@nirall"),
    ):
        known = {training_set.name: training_set for training_set in sets}
        amount = replace(known[without].amount, again=True)
        if name in known:
            sets[sets.index(known[name])] = replace(known[name], amount=amount)
        else:
            sets.append(TrainingSet(name, "curve", "again", None, without, amount))
        means[name, *WHERE] = replace(full.means[without, *WHERE], value=0.123)
        for pair in ((name, without), (fakes, name)):
            first = full.compared(fakes, without, *WHERE)
            estimate = replace(first.estimate, value=0.077)
            changed = {"training_set": pair[0], "baseline": pair[1], "estimate": estimate}
            comparisons = [c for c in comparisons if (c.training_set, c.baseline) != pair]
            comparisons.append(replace(first, **changed))
    changed = {"means": means, "comparisons": tuple(comparisons)}
    return replace(full, training_sets=in_order(tuple(sets)), **changed)


def test_vis_images_once_more_are_a_line_and_what_fakes_do_beyond_them_stands_last(full):
    summary = again(full)
    lines = {(line.translator, line.again): [training_set.name for training_set in line.sets]
             for line in nir_lines(summary.training_sets)}  # fmt: skip
    assert lines[None, True] == ["real-twice", "real-twice@nir1", "real-twice@nirall"]
    assert set(lines) == {(None, False), (None, True), ("C", False)}
    (table,) = amount_tables(summary, [WHERE])
    assert table.header[5:] == ("VIS images once more", "beyond these, points", "p")
    shown = {row[0][0]: row[5:7] for row in table.rows}
    for amount in ("0", "1", "all"):
        assert shown[amount][0][0].startswith("12.3 [")
        assert shown[amount][1][0].startswith("+7.7 [")
    assert shown["2"] == (("\N{EN DASH}",), ("\N{EN DASH}",))
    first, *_ = plots(summary, [WHERE])
    assert "make real NIR images rarer" in first.caption
    legend = first.figure.legends[0]
    first.figure.draw_without_rendering()
    box = legend.get_window_extent()
    assert 0 <= box.x0 < box.x1 <= first.figure.bbox.x1  # none of it is cut off
    labels = [text.get_text() for text in legend.get_texts()]
    assert labels == ["without fakes", "with the VIS images once more", "with fakes by C"]
    rows = first.data.set_index("training_set")
    assert rows.loc["real+C@nir1", "beyond_vis_again_difference"] == 0.077
    (*_, said) = [s for s in amount_sentences(summary, *WHERE) if "rare in a batch" in s]
    assert said.count("+7.7 points") == 3
