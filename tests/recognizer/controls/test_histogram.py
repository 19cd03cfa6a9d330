"""Histograms taken over from NIR images: what must come out for images whose answer is known."""

import numpy as np
from scipy.stats import spearmanr

from recognizer.controls.histogram import matched


def grey(values: np.ndarray) -> np.ndarray:
    """(N, S, S) grey values => (N, S, S, 3) uint8 without colour."""
    return np.repeat(values[..., None], 3, axis=3).astype(np.uint8)


def test_an_image_gets_exactly_the_grey_values_of_the_nir_image_in_its_own_order():
    for seed in range(50):
        rng = np.random.default_rng(seed)
        values, nir = (rng.choice(256, 64, replace=False) for _ in range(2))
        images = grey(values.reshape(1, 8, 8))
        (found,) = matched(images, nir.reshape(1, 8, 8, 1).astype(np.uint8), rng)
        expected = np.sort(nir)[np.argsort(np.argsort(values))]
        assert (found.ravel() == expected).all()


def test_brighter_stays_brighter():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (10, 24, 24))
    nir = rng.integers(0, 100, (4, 24, 24, 1)).astype(np.uint8)
    found = matched(grey(images), nir, rng)
    assert (found.shape, found.dtype) == ((10, 24, 24, 1), np.uint8)
    for image, made in zip(images, found, strict=True):
        assert spearmanr(image.ravel(), made.ravel()).statistic > 0.999
        assert made.max() <= 99


def test_each_image_takes_one_of_the_nir_images_and_all_are_used():
    levels = np.arange(10, 210, 20)
    nir = np.repeat(levels, 64).reshape(-1, 8, 8, 1).astype(np.uint8)
    images = grey(np.random.default_rng(0).integers(0, 256, (300, 8, 8)))
    found = matched(images, nir, np.random.default_rng(1))
    assert set(np.unique(found)) == set(levels)
    assert all(len(np.unique(image)) == 1 for image in found)
