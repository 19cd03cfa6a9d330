"""Tests properties of equalization: a flat histogram, the order and the colours are kept."""

import numpy as np
import pytest
from PIL import Image

from faces.equalize import equalize


def dull_face(seed, channels):
    rng = np.random.default_rng(seed)
    smooth = rng.normal(0, 1, (64, 64, channels)).cumsum(0).cumsum(1)
    smooth = (smooth - smooth.min()) / np.ptp(smooth)
    return (90 + 40 * smooth).astype(np.uint8)


def luminance(image):
    return np.asarray(Image.fromarray(image).convert("YCbCr")) if image.shape[2] == 3 else image


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("method", ["global", "clahe"])
def test_contrast_grows_and_shape_stays(seed, channels, method):
    image = dull_face(seed, channels)
    result = equalize(image, method)
    assert result.shape == image.shape
    assert result.dtype == np.uint8
    assert luminance(result)[..., 0].std() > 1.5 * luminance(image)[..., 0].std()


@pytest.mark.parametrize("seed", range(8))
def test_global_keeps_order_and_flattens_the_histogram(seed):
    image = dull_face(seed, 1)
    result = equalize(image)
    order = np.argsort(image.ravel(), kind="stable")
    assert (np.diff(result.ravel()[order].astype(int)) >= 0).all()
    grey, counts = np.unique(result, return_counts=True)
    cumulated = np.cumsum(counts) / result.size
    largest_step = counts.max() / result.size
    assert np.abs(cumulated - grey / 255).max() <= largest_step + 0.02


@pytest.mark.parametrize("seed", range(8))
def test_colour_differences_are_kept_where_nothing_clips(seed):
    rng = np.random.default_rng(seed)
    ramp = np.tile(np.linspace(100, 140, 64), (64, 1))[..., None]
    image = np.rint(ramp + rng.uniform(-8, 8, 3)).astype(np.uint8)
    result = equalize(image)
    inside = ((result > 0) & (result < 255)).all(axis=2)
    before, after = luminance(image).astype(int), luminance(result).astype(int)
    assert np.abs(before - after)[inside][:, 1:].max() <= 2
