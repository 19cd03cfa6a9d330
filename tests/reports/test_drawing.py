"""Curves as steps, smoothing, thinning, differences of images, how numbers are written."""

import base64
import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from faces.packed import Packed
from reports.material import Training
from reports.page.sheets import data_uri, difference, samples_sheet
from reports.plots.curves import on_grid
from reports.plots.figure import COLOURS, GREY, INK, PAPER, inline, thinned
from reports.plots.losses import smoothed
from reports.words import duration, listed, number, p_value
from tests.metric_records import record


def test_a_curve_read_at_a_rate_never_uses_a_higher_one():
    rng = np.random.default_rng(0)
    for _ in range(50):
        x = np.sort(rng.choice(np.linspace(0, 1, 40), 15))
        y = np.sort(rng.random(15))
        at = rng.random(20)
        _, found = on_grid(pd.DataFrame({"x": x, "y": y}), at)
        wanted = [max((b for a, b in zip(x, y, strict=True) if a <= t), default=0) for t in at]
        np.testing.assert_allclose(found, wanted)


@pytest.mark.parametrize("width", [1, 3, 50])
def test_smoothing_is_the_mean_of_the_last_values(width):
    values = np.random.default_rng(0).normal(size=40)
    wanted = [values[max(0, i - width + 1) : i + 1].mean() for i in range(40)]
    np.testing.assert_allclose(smoothed(values, width), wanted)


@pytest.mark.parametrize("count", [1, 2, 249, 250, 251, 10_000])
def test_thinning_keeps_the_ends_and_the_order(count):
    kept = thinned(count)
    assert (kept[0], kept[-1]) == (0, count - 1)
    assert (np.diff(kept) > 0).all()
    assert len(kept) <= 250


def test_equal_images_differ_by_mid_grey_and_brighter_is_brighter():
    a = np.random.default_rng(0).integers(20, 200, (8, 8, 3), dtype=np.uint8)
    assert (difference(a, a) == 128).all()
    np.testing.assert_array_equal(difference(a, a + 5), np.full((8, 8, 1), 148))
    assert (difference(a + 50, a) == 0).all()


def test_data_uris_hold_the_pixels_and_shrink_what_is_large():
    for channels in (1, 3):
        image = np.random.default_rng(0).integers(0, 256, (20, 20, channels), dtype=np.uint8)
        found = np.asarray(opened(data_uri(image, 64)))
        np.testing.assert_array_equal(found.reshape(image.shape), image)
    wide = np.zeros((100, 200, 3), np.uint8)
    assert opened(data_uri(wide, 64)).size == (64, 32)


def opened(uri: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(uri.split(",", 1)[1])))


def test_samples_stand_under_their_step_beside_their_source():
    steps, sources = [400, 100, 200], ["p", "q"]
    rows = [(step, source) for step in steps for source in sources]
    index = pd.DataFrame(rows, columns=["step", "source"])
    images = np.stack([np.full((4, 4, 1), i, np.uint8) for i in range(6)])
    sheet = samples_sheet(Training("A", 0, pd.DataFrame(), Packed(images, index)))
    assert sheet.columns == ("step 100", "step 200", "step 400")
    for r, source in enumerate(sheet.rows):
        for c, step in enumerate((100, 200, 400)):
            assert sheet.cells[r][c][0, 0, 0] == rows.index((step, source))


def test_the_colours_that_the_page_replaces_are_no_others():
    assert not {INK, PAPER} & {*COLOURS, GREY}


def test_inlined_drawings_keep_their_ids_apart():
    svg = '<?xml?><svg width="9pt" height="8pt"><g id="a"/><use xlink:href="#a"/></svg>'
    assert inline(svg, "n") == '<svg><g id="n-a"/><use xlink:href="#n-a"/></svg>'


@pytest.mark.parametrize(
    ("value", "name", "signed", "text"),
    [
        (0.379, "rank1", False, "37.9"),
        (0.065, "rank1", True, "+6.5"),
        (-0.065, "rank1", True, "−6.5"),
        (-0.0001, "rank1", True, "0.0"),
        (0.5, "auc", False, "0.500"),
        (1.5, "made-up", False, "1.500"),
        (float("nan"), "auc", False, "–"),
    ],
)
def test_numbers_are_written_in_the_unit_of_their_metric(value, name, signed, text):
    assert number(value, record(name), signed=signed) == text


def test_words():
    assert record("vr@far=0.001").label == "verification rate at FAR 0.1 %"
    assert [duration(s) for s in (3.24, 59.4, 200, 7500)] == [
        "3.2 s",
        "59 s",
        "3 min 20 s",
        "2 h 5 min",
    ]
    assert [p_value(p) for p in (0.0002, 0.0123, 0.5)] == ["< 0.001", "0.012", "0.50"]
    assert [listed(list(t)) for t in ("a", "ab", "abc")] == ["a", "a and b", "a, b and c"]
