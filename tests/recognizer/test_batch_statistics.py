"""BatchNorm statistics estimated again, against torch's own over one batch and in two passes."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from faces.common.errors import DataError
from recognizer import batch_statistics
from recognizer.batch_statistics import FEWEST, has_batch_norm, with_statistics_of
from recognizer.embedding import embed
from recognizer.images import prepare, to_input

CPU = torch.device("cpu")
BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)


def images_of(number: int, seed: int = 0) -> np.ndarray:
    """Smooth random pictures, darker than the training images: (N, 80, 80, 1) uint8."""
    coarse = np.random.default_rng(seed).integers(0, 120, (number, 10, 10, 1))
    return coarse.repeat(8, 1).repeat(8, 2).astype(np.uint8)


def estimated(network: nn.Module, images: np.ndarray) -> nn.Module:
    return with_statistics_of(network, images, side_px=80, colour="grey", device=CPU)


def layers(network: nn.Module) -> list[nn.Module]:
    return [module for module in network.modules() if isinstance(module, BATCH_NORMS)]


def by_torch(network: nn.Module, batches: list[np.ndarray]) -> list[tuple[torch.Tensor, ...]]:
    """Mean and variance over batches that torch's layers themselves found, one batch at a time."""
    found = []
    for images in batches:
        looking = copy.deepcopy(network).eval()
        for layer in layers(looking):
            layer.train()
            layer.momentum = 1.0  # the statistics are those of this batch
        with torch.no_grad():
            looking.features(to_input(torch.from_numpy(prepare(images, 80, "grey"))))
        found.append([(layer.running_mean, layer.running_var) for layer in layers(looking)])
    return [tuple(torch.stack(parts) for parts in zip(*of_layer, strict=True))
            for of_layer in zip(*found, strict=True)]  # fmt: skip


def test_of_one_batch_they_are_what_torch_finds_in_training_mode(loaded):
    images = images_of(40)
    expected = by_torch(loaded, [images])
    for layer, (mean, variance) in zip(layers(estimated(loaded, images)), expected, strict=True):
        torch.testing.assert_close(layer.running_mean, mean[0], rtol=1e-3, atol=1e-4)
        torch.testing.assert_close(layer.running_var, variance[0], rtol=1e-3, atol=1e-5)


def test_of_several_batches_means_are_averaged_and_their_spread_is_in_the_variance(
    loaded, monkeypatch
):
    monkeypatch.setattr(batch_statistics, "BATCH", 16)
    images = images_of(48)
    order = np.random.default_rng(batch_statistics.ORDER_SEED).permutation(48)
    expected = by_torch(loaded, [images[rows] for rows in np.array_split(order, 3)])
    for layer, (means, variances) in zip(layers(estimated(loaded, images)), expected, strict=True):
        pooled = variances.mean(0) + means.var(0, correction=0)  # the law of total variance
        torch.testing.assert_close(layer.running_mean, means.mean(0), rtol=1e-3, atol=1e-4)
        torch.testing.assert_close(layer.running_var, pooled, rtol=0.08, atol=1e-5)


def test_weights_stay_and_the_given_network_is_not_touched(loaded):
    before = {name: tensor.clone() for name, tensor in loaded.state_dict().items()}
    adapted = estimated(loaded, images_of(20))
    assert not adapted.training
    for name, tensor in loaded.state_dict().items():
        assert torch.equal(tensor, before[name])
    weights = dict(adapted.named_parameters())
    assert all(torch.equal(weights[name], own) for name, own in loaded.named_parameters())
    changed = [name for name, tensor in adapted.state_dict().items()
               if not torch.equal(tensor, before[name])]  # fmt: skip
    assert len(changed) == 2 * len(layers(loaded))
    assert all("running" in name for name in changed)


def test_a_change_of_light_that_all_images_share_is_taken_out(loaded):
    """Images with half the contrast embed as before once the statistics are theirs.

    So it is up to the small number that BatchNorm adds to each variance, made smaller here.
    """
    loaded = copy.deepcopy(loaded)
    for layer in layers(loaded):
        layer.eps = 1e-9
    images = 100 + images_of(64) // 2 * 2  # even, so that halving them loses nothing
    dark = (images - 100) // 2
    as_they_are = embed(estimated(loaded, images), images, 80, "grey", device=CPU).embeddings
    same_network = embed(estimated(loaded, images), dark, 80, "grey", device=CPU).embeddings
    own_statistics = embed(estimated(loaded, dark), dark, 80, "grey", device=CPU).embeddings
    agree = (as_they_are * own_statistics).sum(1)
    assert agree.min() > 0.999
    assert (as_they_are * same_network).sum(1).mean() < 0.99


def test_the_same_images_give_the_same_bytes(loaded):
    first, again = (estimated(loaded, images_of(30)).state_dict() for _ in range(2))
    assert all(torch.equal(first[name], again[name]) for name in first)


def test_few_images_are_refused_with_what_to_do(loaded):
    with pytest.raises(DataError, match="1 images are too few"):
        estimated(loaded, images_of(FEWEST - 1))


def test_a_network_without_such_layers_is_told_apart(loaded):
    assert has_batch_norm(loaded)
    plain = nn.Sequential(nn.Conv2d(1, 1, 3), nn.ReLU())
    assert not has_batch_norm(plain)
    with pytest.raises(DataError, match="has no BatchNorm"):
        estimated(plain, images_of(20))
