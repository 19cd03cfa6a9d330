"""The table of quality, that of agreement, and their drawings."""

from dataclasses import replace
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from reports.plots import quality as drawings
from reports.plots.figure import STYLE, to_svg
from reports.summary import summarise
from reports.tables.quality import correlation, image_kinds, quality_cell, quality_tables
from tests.metric_records import record

WHERE = ("unseen-subjects", "rank1")
SSIM = record("ssim")
METRICS = ("fd_lite0", "kd_face", "precision", "ssim", "identity", "nir_person", "unheard-of")


def rows_of(seeds=(0, 1, 2), intervals=True) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rows = []
    for metric in METRICS:
        for image_kind in ("real", "vis", "A", "B", "C", "reshot"):
            for seed in seeds if image_kind in "ABC" else seeds[:1]:
                value = rng.uniform(0.2, 0.8)
                rows.append((image_kind, metric, seed, value, 400, value - 0.05, value + 0.05))
    rows += [("genuine", "identity", 0, 0.95, 390, 0.94, 0.96)]
    rows += [("impostor", "identity", 0, 0.85, 390, 0.84, 0.86)]
    columns = ["images", "metric", "seed", "value", "n", "ci_low", "ci_high"]
    table = pd.DataFrame(rows, columns=columns)
    return table if intervals else table.drop(columns=["ci_low", "ci_high"])


@pytest.fixture(scope="module")
def summary(make_material):
    material = make_material(seeds=(0, 1, 2), trainings=False, images=False)
    return summarise(replace(material, quality=rows_of()), resamples=50)


def test_columns_begin_with_the_floor_and_end_with_the_true_nir(summary):
    assert image_kinds(summary.quality) == ["real", "vis", "A", "B", "C", "reshot"]
    table = quality_tables(summary, *WHERE)[0]
    assert len(table.header) == 7
    assert "floor" in table.header[1]
    assert all(len(row) == 7 for row in table.rows)
    assert [row[0][0].split("\N{NO-BREAK SPACE}")[0] for row in table.rows][-1] == "unheard-of"


def test_pairs_of_real_images_stand_beside_identity(summary):
    table = quality_tables(summary, *WHERE)[0]
    line = next(row[0] for row in table.rows if row[0][0].startswith("identity"))
    assert "0.950" in line[1]
    assert "0.850" in line[1]
    assert sum(len(row[0]) > 1 for row in table.rows) == 1


def test_a_single_figure_has_its_interval_and_several_their_range(summary):
    quality = summary.quality
    single = quality[(quality["images"] == "vis") & (quality["metric"] == "ssim")].iloc[0]
    cell = quality_cell(quality, "vis", SSIM, 400)
    assert cell == (f"{single['value']:.3f}", f"[{single['ci_low']:.3f}, {single['ci_high']:.3f}]")
    own = quality[(quality["images"] == "B") & (quality["metric"] == "ssim")]["value"]
    cell = quality_cell(quality, "B", SSIM, 400)
    assert cell == (f"{own.mean():.3f}", f"[{own.min():.3f}, {own.max():.3f}]")
    assert quality_cell(quality, "B", SSIM, 300)[-1] == "n = 400"
    assert quality_cell(quality, "Z", SSIM) == ("\N{EN DASH}",)


def test_tables_without_intervals_are_as_they_were(make_material):
    material = make_material(trainings=False, images=False)
    given = replace(material, quality=rows_of((0,), intervals=False))
    table = quality_tables(summarise(given, resamples=50), *WHERE)[0]
    assert all(len(cell) == 1 for row in table.rows for cell in row[1:])


def test_agreement_says_how_little_it_knows(make_material, summary):
    note = quality_tables(summary, *WHERE)[1].note
    assert "n = 9" in note
    material = make_material(seeds=(0,), trainings=False, images=False)
    table = quality_tables(
        summarise(replace(material, quality=rows_of((0,))), resamples=50), *WHERE
    )[1]
    assert "too few for a correlation" in table.note
    assert all(row[1] == ("\N{EN DASH}",) for row in table.rows)


def test_agreement_counts_the_fakes_that_a_metric_puts_behind_vis(summary):
    table = quality_tables(summary, *WHERE)[1]
    quality = summary.quality.set_index(["metric", "images", "seed"])["value"]
    for row, metric in zip(table.rows, METRICS, strict=True):
        vis = quality[metric, "vis", 0]
        fakes = [quality[metric, image_kind, seed] for image_kind in "ABC" for seed in (0, 1, 2)]
        lower = metric in ("fd_lite0", "kd_face")  # where lower is better
        worse = sum(fake > vis if lower else fake < vis for fake in fakes)
        assert row[-1] == (f"{worse} of 9",)


def test_without_quality_or_fakes_there_is_no_table(make_material, summary):
    assert quality_tables(replace(summary, quality=summary.quality[:0]), *WHERE) == []
    sets = make_material(trainings=False, images=False).training_sets
    baseline = tuple(training_set for training_set in sets if training_set.role == "baseline")
    alone = make_material(sets=baseline, trainings=False, images=False)
    alone = replace(alone, quality=rows_of())
    assert len(quality_tables(summarise(alone, resamples=50), *WHERE)) == 1


SIGNED = [(0.857, "+0.86"), (-0.5, "\N{MINUS SIGN}0.50"), (-0.001, "0.00"), (np.nan, "\N{EN DASH}")]


@pytest.mark.parametrize(("value", "text"), SIGNED)
def test_correlations_are_printed_with_their_sign(value, text):
    assert correlation(value) == text


def test_every_metric_is_drawn_once_with_every_kind(summary):
    plots = list(drawings.plots(summary, image_kinds(summary.quality)))
    assert len({plot.name for plot in plots}) == len(plots)
    labels = [axes.get_xlabel() for plot in plots for axes in plot.figure.axes]
    assert len(labels) == len(METRICS)
    assert sorted(set(pd.concat([plot.data for plot in plots])["metric"])) == sorted(METRICS)
    svg = to_svg(plots[0].figure)
    for name in ("real NIR", "VIS, grey", "true NIR again"):
        assert name in svg
    faces = next(plot for plot in plots if plot.name.endswith("faces"))
    assert "0.950" in faces.caption


def test_scatters_have_a_mark_per_variant_and_seed(summary):
    plot = drawings.usefulness(summary, *WHERE)
    assert len(plot.figure.axes) == len(METRICS)
    assert len(plot.data) == 9 * len(METRICS)
    for axes in plot.figure.axes:
        marks = [line for line in axes.lines if line.get_linestyle() == "None"]
        assert sum(len(line.get_xdata()) for line in marks) == 9
    assert "n = 9" in plot.caption
    assert len(drawings.usefulness(summary, *WHERE, "ssim").figure.axes) == 1


def test_few_marks_are_said_to_tell_nothing(make_material):
    material = make_material(seeds=(0,), trainings=False, images=False)
    found = summarise(replace(material, quality=rows_of((0,))), resamples=50)
    assert "too few for a correlation" in drawings.usefulness(found, *WHERE).caption
    one = [
        training_set
        for training_set in found.training_sets
        if training_set.role in ("baseline",) or training_set.images == "A"
    ]
    assert drawings.usefulness(replace(found, training_sets=tuple(one)), *WHERE) is None


def test_small_numbers_under_a_scatter_are_short_and_plain(summary):
    """Long tick labels collide, and signs of mathematical text are printed as they are."""
    rows = summary.quality.copy()
    rows.loc[rows["metric"] == "kd_face", "value"] /= 1000
    plot = drawings.usefulness(replace(summary, quality=rows), *WHERE)
    with mpl.rc_context(STYLE):
        plot.figure.draw_without_rendering()
    for axes in plot.figure.axes:
        ticks = [tick.get_text() for tick in axes.get_xticklabels()]
        assert max(map(len, ticks)) <= 6, ticks
        assert not any("$" in text for text in [*ticks, axes.xaxis.get_offset_text().get_text()])
        boxes = [tick.get_window_extent() for tick in axes.get_xticklabels() if tick.get_text()]
        inside = [box for box in boxes if axes.bbox.x0 - 1 <= (box.x0 + box.x1) / 2 <= axes.bbox.x1]
        for left, right in pairwise(sorted(inside, key=lambda box: box.x0)):
            assert left.x1 <= right.x0 + 1
