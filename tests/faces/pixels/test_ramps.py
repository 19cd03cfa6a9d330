"""A ramp in every pixel format that docs/data.md lists comes back as what the file shows."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from faces.photographs import decode, measure
from tests.faces.pixels.ramp import HEIGHT, WIDTH
from tests.faces.pixels.ramps import BY_ROW

PAGE = Path(__file__).parents[3] / "docs" / "data.md"


@pytest.mark.parametrize("row", BY_ROW, ids=" ".join)
def test_a_ramp_comes_back_in_every_variant(row):
    for ramp in BY_ROW[row]:
        pixels = decode(ramp.data)
        assert pixels.dtype == np.uint8, str(ramp)
        assert pixels.shape == ramp.pixels.shape, str(ramp)
        np.testing.assert_array_equal(pixels, ramp.pixels, str(ramp))
        assert measure(ramp.data) == pixels.shape[1::-1], str(ramp)


def test_the_limit_on_pixels_counts_pixels_not_their_bytes(monkeypatch):
    """Pillow's own limit, which would refuse an RGB TIFF of 49 million pixels, has no say."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", HEIGHT * WIDTH)
    by_bytes = [ramp for row, own in BY_ROW.items() if row[0] == "TIFF" for ramp in own
                if row[1] not in ("in JPEG", "black and white as a fax")]  # fmt: skip
    for ramp in by_bytes:
        np.testing.assert_array_equal(decode(ramp.data), ramp.pixels, str(ramp))
    assert Image.MAX_IMAGE_PIXELS == HEIGHT * WIDTH


def test_the_page_lists_what_is_tested():
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
    listed = {(row[0], row[1]) for row in rows if row and row[0] in {"BMP", "JPEG", "PNG", "TIFF"}}
    assert listed == set(BY_ROW)
