"""Tests that an excerpt shows what it should, and knows where its points lie in the image."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faces.excerpt import ORDINARY_PIXELS, Rectangle, excerpt, is_ordinary
from tests.faces.test_align import blobs, centre_of_light

SIDES = st.integers(1, 60)
PLACES = st.tuples(st.floats(-80, 140), st.floats(-80, 140))


@given(SIDES, SIDES, st.lists(PLACES, min_size=1, max_size=4), st.floats(0, 30))
def test_a_rectangle_has_the_pixels_near_its_points(height, width, points, margin_px):
    """Compared with the columns and rows that lie between the outermost points, one by one."""
    part = Rectangle.around(np.array(points), margin_px, np.zeros((height, width, 1)))
    assert 0 <= part.left < part.right <= width
    assert 0 <= part.top < part.bottom <= height
    assert part.pixels == (part.right - part.left) * (part.bottom - part.top)
    for axis, side, first, last in ((0, width, part.left, part.right),
                                    (1, height, part.top, part.bottom)):  # fmt: skip
        places = [point[axis] for point in points]
        near = [pixel for pixel in range(side)
                if min(places) - margin_px <= pixel <= max(places) + margin_px]  # fmt: skip
        assert set(near) <= set(range(first, last))
        assert last - first <= max(1, len(near) + 2)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("scale", [0.13, 0.4, 1, 1.7])
def test_a_spot_lies_where_its_excerpt_says(channels, scale):
    spot = np.array([[212.3, 131.8]])
    image = np.repeat(blobs(300, 400, spot, 9), channels, axis=2)
    copy = excerpt(image, Rectangle(117, 40, 330, 251), scale)
    assert copy.pixels.shape == (round(211 * scale), round(213 * scale), channels)
    seen = centre_of_light(copy.pixels[..., 0])
    assert np.abs(copy.to_image(seen[None]) - spot).max() < 0.1
    assert np.abs(copy.from_image(spot) - seen).max() < 0.1 * scale


def test_an_excerpt_of_the_same_size_has_the_same_pixels():
    image = np.random.default_rng(0).integers(0, 256, (50, 70, 3), np.uint8)
    copy = excerpt(image, Rectangle(10, 5, 60, 45), 1)
    np.testing.assert_array_equal(copy.pixels, image[5:45, 10:60])
    points = np.array([[3.5, 4.0], [0.0, 49.5]])
    np.testing.assert_array_equal(copy.from_image(copy.to_image(points)), points)


def test_fine_stripes_do_not_alias():
    stripes = np.zeros((600, 600, 1), np.uint8)
    stripes[:, ::2] = 255
    copy = excerpt(stripes, Rectangle.of(stripes), 0.14)
    assert copy.pixels.std() < 12


@pytest.mark.parametrize("shape", [(1, 40), (40, 1), (3, 5000)])
def test_a_thin_image_keeps_a_pixel(shape):
    image = np.full((*shape, 3), 77, np.uint8)
    copy = excerpt(image, Rectangle.of(image), 0.01)
    assert min(copy.pixels.shape) >= 1
    assert (copy.pixels == 77).all()


def test_a_full_hd_picture_is_ordinary():
    assert is_ordinary(np.empty((1080, 1920, 3), np.uint8))
    assert is_ordinary(np.empty((1, ORDINARY_PIXELS, 1), np.uint8))
    assert not is_ordinary(np.empty((1, ORDINARY_PIXELS + 1, 1), np.uint8))
