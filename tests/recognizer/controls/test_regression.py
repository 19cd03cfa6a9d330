"""NIR values predicted by trees: a mapping that can be known is learned, and never from oneself."""

import numpy as np
import pytest

from faces.common.errors import DataError
from recognizer.controls.control import Examples
from recognizer.controls.regression import CONTROL, features_of

PEOPLE = np.repeat(np.arange(9), 4)


def colours(seed: int, number: int = len(PEOPLE), side: int = 24) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (number, side, side, 3), np.uint8)


def pairs(vis: np.ndarray, true_nir: np.ndarray) -> Examples:
    return Examples(true_nir, vis, true_nir, PEOPLE)


def test_a_mapping_of_colours_and_places_is_learned():
    vis = colours(0)
    weight = np.linspace(0, 1, 24)[:, None]  # red above, green below
    true_nir = ((1 - weight) * vis[..., 0] + weight * vis[..., 1]).astype(np.uint8)[..., None]
    predicted, labels = CONTROL.made(vis, PEOPLE, 0, lambda: pairs(vis, true_nir))
    assert (labels == PEOPLE).all()
    assert (predicted.shape, predicted.dtype) == (true_nir.shape, np.uint8)
    error = (predicted.astype(float) - true_nir).std()
    assert error < 0.2 * true_nir.std()


def test_nobody_is_predicted_by_trees_that_saw_the_truth():
    """One person's NIR images are white and all others' black: seen or not, that decides."""
    vis = np.zeros((len(PEOPLE), 16, 16, 3), np.uint8)
    vis[PEOPLE == 4] = 200  # nothing else looks like this person
    true_nir = np.where(PEOPLE == 4, 255, 0)[:, None, None, None] * np.ones((1, 16, 16, 1))
    predicted, _ = CONTROL.made(vis, PEOPLE, 0, lambda: pairs(vis, true_nir.astype(np.uint8)))
    assert (predicted[PEOPLE == 4] == 0).all()


def test_the_seed_of_a_training_changes_nothing():
    vis = colours(1)
    given = pairs(vis, 255 - vis[..., :1])
    first, other = (CONTROL.made(vis, PEOPLE, seed, lambda: given)[0] for seed in (0, 5))
    assert (first == other).all()


def test_a_person_without_pairs_is_predicted_all_the_same():
    vis = colours(2)
    given = pairs(vis, 255 - vis[..., :1])
    predicted, _ = CONTROL.made(vis[:2], np.array([100, 101]), 0, lambda: given)
    assert predicted.shape == (2, 24, 24, 1)


def test_one_person_is_too_few():
    vis = colours(3)
    lonely = Examples(vis[..., :1], vis, vis[..., :1], np.zeros(len(vis), int))
    with pytest.raises(DataError, match="pairs of one person alone"):
        CONTROL.made(vis, PEOPLE, 0, lambda: lonely)


def test_features_are_colours_places_and_what_the_whole_image_is_like():
    image = colours(4, 1)[0]
    features = features_of(image)
    assert features.shape == (24 * 24, 11)
    row = features[5 * 24 + 7]
    np.testing.assert_allclose(row[:3], image[5, 7])
    np.testing.assert_allclose(row[3:5], [5 / 24, 7 / 24], atol=1e-6)
    np.testing.assert_allclose(row[5:8], image.mean((0, 1)), rtol=1e-5)
    np.testing.assert_allclose(row[8:], image.std((0, 1)), rtol=1e-5)
