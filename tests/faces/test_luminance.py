"""Tests luminance against Pillow's mode "L" and against the shares in floats."""

import numpy as np
import pytest
from PIL import Image

from faces.luminance import SHARES, luminance

COLOURS = np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)


def test_it_equals_pillows_mode_l_for_many_colours():
    wanted = np.asarray(Image.fromarray(COLOURS).convert("L"))
    np.testing.assert_array_equal(luminance(COLOURS)[..., 0], wanted)


def test_it_is_the_weighted_sum_in_whole_levels():
    assert sum(SHARES) == pytest.approx(1)
    assert np.abs(luminance(COLOURS)[..., 0] - COLOURS @ np.array(SHARES)).max() < 0.51


def test_grey_stays_the_same_in_one_channel_and_in_three():
    levels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    np.testing.assert_array_equal(luminance(levels), levels)
    np.testing.assert_array_equal(luminance(levels.repeat(3, axis=3)), levels)
