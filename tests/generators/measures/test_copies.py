"""Copies with other brightness and noise are found; similar images are no copies."""

import tracemalloc

import numpy as np
import pytest
import torch

from generators.measures import copies
from generators.measures.copies import BLOCK_VALUES, closest_allowed, flattened, nearest


def test_nearest_and_what_is_allowed_are_those_of_loops(grey_images):
    images, training = flattened(grey_images(0, 7, 20)), flattened(grey_images(1, 12, 20))
    found = nearest(images, training)
    for image, row, distance in zip(images, found.rows, found.distances, strict=True):
        distances = [np.linalg.norm(image - other) for other in training]
        assert row == int(np.argmin(distances))
        assert distance == pytest.approx(min(distances))
    own = [
        min(np.linalg.norm(x - y) for j, y in enumerate(training) if i != j)
        for i, x in enumerate(training)
    ]
    assert closest_allowed(training, 0.25) == pytest.approx(np.quantile(own, 0.25))


def test_a_copy_in_other_light_is_suspicious_and_other_faces_are_not(grey_images):
    training = grey_images(0, 200, 40)
    rng = torch.Generator().manual_seed(0)
    noise = torch.randn(5, 1, 40, 40, generator=rng)
    dimmed = (training[20:25] * 0.6 + 40 + 2 * noise).clamp(0, 255).to(torch.uint8)
    images = torch.cat([dimmed, grey_images(5, 30, 40)])
    known = flattened(training)
    found = nearest(flattened(images), known)
    suspicious = found.distances < closest_allowed(known)
    assert suspicious[:5].all()
    assert found.rows[:5].tolist() == [20, 21, 22, 23, 24]
    assert suspicious[5:].mean() < 0.1


def test_a_flat_image_is_no_copy():
    flat = flattened(torch.full((1, 1, 32, 32), 90, dtype=torch.uint8))
    assert (flat == 0).all()
    assert nearest(flat, flattened(torch.randint(0, 256, (3, 1, 32, 32)).byte())).distances[0] > 1


@pytest.mark.parametrize("values", [1, 41, 42 * 7, 42 * 8 - 1, 42 * 1000, BLOCK_VALUES])
def test_blocks_give_what_all_pairs_at_once_give(grey_images, values):
    """From one row at a time to all of them; the last block may be short."""
    images, training = flattened(grey_images(0, 25, 20)), flattened(grey_images(1, 42, 20))
    alike, own = images @ training.T, training @ training.T
    found = nearest(images, training, values)
    np.testing.assert_array_equal(found.rows, alike.argmax(1))
    np.testing.assert_allclose(found.distances, copies.distance(alike.max(1)), rtol=0, atol=1e-12)
    np.fill_diagonal(own, -1)
    for quantile in (0, 0.01, 0.3, 1):
        expected = np.quantile(copies.distance(own.max(1)), quantile)
        assert closest_allowed(training, quantile, values) == pytest.approx(expected, abs=1e-12)


def test_memory_does_not_grow_with_the_pairs():
    training = np.random.default_rng(0).normal(size=(6000, 4))
    training /= np.linalg.norm(training, axis=1, keepdims=True)
    for search in (lambda: nearest(training, training), lambda: closest_allowed(training)):
        tracemalloc.start()
        search()
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak_bytes < 8 * (2 * BLOCK_VALUES + 10 * len(training))
        assert peak_bytes < 8 * len(training) ** 2 / 3
