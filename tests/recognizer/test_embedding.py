"""Embeddings: the same function as the plain network, whatever the batch size."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from recognizer.embedding import embed, fold_batch_norm
from recognizer.images import prepare, to_input

CPU = torch.device("cpu")
IMAGES = np.random.default_rng(4).integers(0, 256, (33, 80, 80, 3), np.uint8)


@pytest.fixture(scope="module")
def embedded(loaded):
    return embed(loaded, IMAGES, 80, "grey", device=CPU, batch=32)


@pytest.mark.parametrize("batch", [1, 7])
def test_results_do_not_depend_on_the_batch_size(loaded, embedded, batch):
    again = embed(loaded, IMAGES[:15], 80, "grey", device=CPU, batch=batch)
    np.testing.assert_allclose(again.embeddings, embedded.embeddings[:15], atol=1e-5)
    np.testing.assert_allclose(again.logits, embedded.logits[:15], atol=1e-5)


def test_folding_changes_nothing_but_the_speed(loaded, embedded):
    inputs = to_input(torch.from_numpy(prepare(IMAGES, 80, "grey")))
    with torch.inference_mode():
        logits = loaded(inputs)
        embeddings = functional.normalize(loaded.features(inputs))
    np.testing.assert_allclose(embedded.embeddings, embeddings, atol=1e-5)
    np.testing.assert_allclose(embedded.logits, logits, atol=1e-5)
    layers = {type(module).__name__ for module in fold_batch_norm(loaded).modules()}
    assert "BatchNorm2d" not in layers


def test_shapes_lengths_and_progress(loaded):
    reports = []
    result = embed(
        loaded, IMAGES[:5], 80, "rgb", device=CPU, batch=2,
        progress=lambda done, total, _: reports.append((done, total)),
    )  # fmt: skip
    assert reports == [(2, 5), (4, 5), (5, 5)]
    assert result.embeddings.shape == (5, 512)
    assert result.logits.shape == (5, 3)
    np.testing.assert_allclose(np.linalg.norm(result.embeddings, axis=1), 1, atol=1e-6)
    assert result.embeddings.dtype == result.logits.dtype == np.float32


def test_no_images_give_no_embeddings(loaded):
    result = embed(loaded, IMAGES[:0], 80, "grey", device=CPU)
    assert result.embeddings.shape == (0, 512)
    assert result.logits.shape == (0, 3)
