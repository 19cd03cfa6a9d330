"""Forest plots, ROC, DET and CMC, looks and captions of a full run."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from reports.material import Training, TrainingSet, in_order
from reports.page.sections import further, headlines
from reports.plots import curves, differences, losses
from reports.plots.basis import basis
from reports.plots.figure import COLOURS, CONTROLS, GREY, INK, PAPER, looks

WHERE = ("unseen-subjects", "rank1")
SHOWN = ("real", "real+A", "real+B", "real+C", "real+oracle", "dlib-face")


@pytest.fixture(scope="module")
def curve_plots(full_material, full):
    return {plot.name: plot for plot in curves.plots(full_material, full)}


def test_fakes_alone_are_coloured_and_no_two_sets_look_alike(full):
    look = looks(full.training_sets)
    for one in full.training_sets:
        assert (look[one.name].colour in COLOURS) == (
            one.role in ("fakes", "leaky") or bool(one.amount and one.amount.translator)
        )
    others = [training_set for training_set in full.training_sets if training_set.role != "curve"]
    seen = [(look[one.name].colour, look[one.name].marker) for one in others]
    assert len(set(seen)) == len(others)
    assert look["real"].colour == INK
    assert look["real+C@nir1"].colour == look["real+C"].colour
    assert {look[one.name].colour for one in others if one.role == "control"} == {GREY}


@pytest.mark.parametrize(
    ("roles", "heights", "headings", "depth"),
    [
        (["fakes", "fakes"], [0, -1], [], 2),
        (
            ["control", "fakes", "fakes", "ceiling"],
            [-0.75, -2.5, -3.5, -5.25],
            [("controls", 0), ("fakes", -1.75), ("ceiling", -4.5)],
            6.25,
        ),
    ],
)
def test_groups_of_a_forest_have_a_heading_each(roles, heights, headings, depth):
    found = differences.layout(roles)
    np.testing.assert_allclose(found[0], heights)
    assert [text for text, _ in found[1]] == [text for text, _ in headings]
    np.testing.assert_allclose([at for _, at in found[1]], [at for _, at in headings])
    assert found[2] == pytest.approx(depth)


def test_forests_hold_controls_fakes_and_the_ceiling_and_nothing_else(full):
    (plot,) = differences.plots(full, [WHERE])
    rows = plot.data[plot.data["seed"] == "mean"].set_index("training_set")
    shown = {
        training_set.name
        for training_set in full.training_sets
        if training_set.role in differences.GROUPS
    }
    assert set(rows.index) == shown
    axes = plot.figure.axes[0]
    assert [t.get_text() for t in axes.get_yticklabels()] == list(rows.index)
    marks = {
        line.get_ydata()[0]: line
        for line in axes.lines
        if line.get_markersize() == 7 and len(line.get_xdata()) == 1
    }
    for (name, row), height in zip(rows.iterrows(), axes.get_yticks(), strict=True):
        hollow = marks[height].get_markerfacecolor() == PAPER
        assert hollow == (full.compared(name, "real", *WHERE).verdict == "undecided")
        assert marks[height].get_xdata()[0] == pytest.approx(100 * row["difference"])
    assert "10 people, 80 probes, 2 seeds" in plot.caption


def test_headlines_come_first_and_no_forest_is_drawn_twice(full):
    assert headlines(full) == [WHERE, ("seen-subjects", "accuracy")]
    rest = further(full)
    assert not set(rest) & set(headlines(full))
    assert ("unseen-subjects", "auc") in rest
    assert sum(name.startswith("vr@far=") for _, name in rest) == 1


@pytest.mark.parametrize(
    ("metrics", "kept"),
    [
        (["rank1", "rank5", "auc", "vr@far=0.1", "vr@far=0.01", "vr@far=0.001"],
         ["auc", "vr@far=0.01"]),
        (["rank1", "vr@far=0.1"], ["vr@far=0.1"]),
        (["eer"], []),  # the only metric is the headline
    ],
)  # fmt: skip
def test_of_ladders_one_rung_is_drawn(full, metrics, kept):
    rows = [{"protocol": "unseen-subjects", "metric": name} for name in metrics]
    scored = {("unseen-subjects", name) for name in metrics}
    means = {key: mean for key, mean in full.means.items() if key[1:] in scored}
    some = replace(full, recognition=pd.DataFrame(rows), means=means)
    assert [name for _, name in further(some)] == kept
    assert not set(further(some)) & set(headlines(some))


def test_every_set_but_points_of_curves_has_a_curve_and_controls_one_label(full, curve_plots):
    assert set(curve_plots) == {f"{shape}-unseen-subjects" for shape in ("roc", "det", "cmc")}
    for plot in curve_plots.values():
        roles = set(plot.data["role"])
        assert "curve" not in roles
        assert {"baseline", "control", "fakes", "ceiling", "external"} <= roles
        (legend,) = plot.figure.legends
        labels = [text.get_text() for text in legend.get_texts()]
        assert labels == [*SHOWN, CONTROLS]
        assert "10 people, 80 probes, 2 seeds." in plot.caption


def test_roc_and_det_say_the_same_and_stand_between_the_seeds(full_material, curve_plots):
    roc, det = (curve_plots[f"{shape}-unseen-subjects"].data for shape in ("roc", "det"))
    known = full_material.curves.query("curve == 'roc'")
    for name in SHOWN:
        own = known[known["training_set"] == name]
        for table, column, turned in (
            (roc, "verification_rate", False),
            (det, "false_reject_rate", True),
        ):
            for row in table[table["training_set"] == name].iloc[::17].itertuples():
                rates = [
                    seed["y"][seed["x"] <= row.far + 1e-12].max() for _, seed in own.groupby("seed")
                ]
                wanted = [1 - rate for rate in rates] if turned else rates
                assert getattr(row, column) == pytest.approx(np.mean(wanted))
                assert row.lowest_seed == pytest.approx(min(wanted))
                assert row.highest_seed == pytest.approx(max(wanted))


def test_the_det_axes_are_normal_deviates_with_ticks_in_per_cent(curve_plots):
    axes = curve_plots["det-unseen-subjects"].figure.axes[0]
    for places, labels in (
        (axes.get_xticks(), axes.get_xticklabels()),
        (axes.get_yticks(), axes.get_yticklabels()),
    ):
        assert len(places) >= 3
        rates = [float(label.get_text()) / 100 for label in labels]
        np.testing.assert_allclose(places, norm.ppf(rates), atol=1e-9)
    x = norm.ppf([0.001, 0.02, 0.4])
    found, _ = curves.scaled(norm.cdf(x), np.array([0.1, 0.2, 0.3]), "det")
    np.testing.assert_allclose(found, x, atol=1e-9)
    _, ends = curves.scaled(np.array([0.1, 0.1]), np.array([0.0, 1.0]), "det")
    assert np.isfinite(ends).all()


def test_a_perfect_recognizer_and_one_seed_are_drawn(full_material, full):
    rows = full_material.curves.query("seed == 0 and training_set == 'real'")
    perfect = replace(full_material, curves=rows.assign(y=1.0))
    found = {plot.name: plot for plot in curves.plots(perfect, full)}
    assert len(found) == 3
    assert (found["det-unseen-subjects"].data["false_reject_rate"] == 0).all()
    assert found["roc-unseen-subjects"].caption.startswith("One seed.")


def test_losses_of_controls_share_a_label_and_who_has_no_look_is_left_out(full):
    steps = pd.DataFrame({"step": range(30), "loss": np.linspace(3, 1, 30), "learning_rate": 0.1})
    sets = in_order(
        tuple(
            training_set
            for training_set in full.training_sets
            if training_set.role in ("baseline", "control", "curve")
        )
    )
    look = looks(tuple(training_set for training_set in sets if training_set.role != "curve"))
    trainings = tuple(
        Training(training_set.name, seed, steps) for training_set in sets for seed in (0, 1)
    )
    (plot,) = losses.plots(trainings, "recognizer", look)
    assert plot.name == "recognizer-loss-loss"
    (legend,) = plot.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["real", CONTROLS]
    assert set(plot.data["name"]) == set(look)
    assert not list(losses.plots(trainings, "recognizer", {}))


def test_a_term_is_explained_in_the_words_of_the_training_that_has_some(full):
    look = dict.fromkeys("AB", looks(full.training_sets)["real"])
    steps = pd.DataFrame({"step": range(30), "cycle": 1.0, "gan": 2.0})
    words = {"cycle": "what is left after going there and back"}
    trainings = (Training("A", 0, steps), Training("B", 0, steps, terms=words))
    captions = {plot.name: plot.caption for plot in losses.plots(trainings, "translator", look)}
    assert captions["translator-loss-cycle"].startswith("What is left after going there and back. ")
    assert captions["translator-loss-gan"].startswith("Running mean")


def test_what_a_plot_rests_on(full):
    assert basis(full, *WHERE) == "Unseen people: 10 people, 80 probes, 2 seeds."
    assert basis(full, "unseen-subjects", "nothing") == ""


def test_a_ceiling_and_an_external_recognizer_differ_from_fakes_without_them():
    sets = (TrainingSet("r", "baseline", ""), TrainingSet("o", "ceiling", ""))
    assert looks(sets)["o"].line != looks(sets)["r"].line
