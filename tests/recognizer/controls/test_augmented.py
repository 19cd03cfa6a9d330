"""Ordinary augmentations: what they must change and what they must not."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from recognizer.controls.augmented import altered


def pictures(number: int, side_px: int = 48) -> np.ndarray:
    """Return smooth colour gradients with a bright square."""
    rng = np.random.default_rng(number)
    ramp = np.linspace(40, 180, side_px)
    images = np.empty((number, side_px, side_px, 3))
    for image in images:
        image[:] = ramp[:, None, None] * rng.uniform(0.6, 1.2, 3)
        image[10:20, 10:20] += 50
    return images.clip(0, 255).astype(np.uint8)


def test_shape_and_colour_are_gone_and_the_generator_decides():
    images = pictures(5)
    first, again, other = (altered(images, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert (first.shape, first.dtype) == ((5, 48, 48, 1), np.uint8)
    assert (first == again).all()
    assert (first != other).any()


def test_every_image_has_its_own_amounts():
    images = np.repeat(pictures(1), 40, axis=0)
    means = altered(images, np.random.default_rng(0)).mean((1, 2, 3))
    assert np.unique(means.round(1)).size > 30


@pytest.mark.parametrize("seed", range(20))
def test_what_is_brighter_stays_brighter_but_for_noise(seed):
    (image,) = pictures(1)
    (changed,) = altered(image[None], np.random.default_rng(seed))
    rows, before = changed[:, 24:].mean((1, 2)), image[:, 24:].mean((1, 2))
    assert spearmanr(rows, before).statistic > 0.9


def test_a_flat_image_keeps_its_level_within_gamma_and_noise():
    flat = np.full((200, 32, 32, 3), 128, np.uint8)
    levels = altered(flat, np.random.default_rng(0)).mean((1, 2, 3)) / 255
    lowest, highest = (128 / 255) ** 2, (128 / 255) ** 0.5
    assert (levels > lowest - 0.01).all()
    assert (levels < highest + 0.01).all()
    assert levels.std() > 0.05
