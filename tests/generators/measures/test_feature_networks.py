"""The fixed networks: what enters them, and that batches do not matter."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from faces.networks import inference
from faces.networks.dlib_resnet import DlibFaceNet
from faces.networks.efficientnet_lite0 import EfficientNetLite0, prepare
from generators.measures.feature_networks import TAPS, FeatureNetworks, to_luminance


@pytest.fixture(scope="module")
def networks() -> FeatureNetworks:
    torch.manual_seed(0)
    return FeatureNetworks(EfficientNetLite0().eval(), DlibFaceNet().eval(), torch.device("cpu"))


def test_side_and_channels_of_the_files_do_not_decide(grey_images):
    """The same pictures stored larger, or in three equal channels, give the same features."""
    grey = grey_images(1, 8, 32).permute(0, 2, 3, 1).numpy()
    big = grey.repeat(2, axis=1).repeat(2, axis=2)
    plain = to_luminance(grey, 16)
    exact = torch.from_numpy(grey.copy()).permute(0, 3, 1, 2).float()
    exact = F.interpolate(exact, (16, 16), mode="bilinear", antialias=True)
    assert (plain - exact).abs().max() <= 0.5
    assert (plain.int() - to_luminance(big, 16).int()).abs().max() <= 1
    assert torch.equal(plain, to_luminance(np.repeat(grey, 3, 3), 16))


def test_colours_are_weighed_as_pillow_weighs_them():
    colours = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), np.uint8)
    wanted = np.stack([np.asarray(Image.fromarray(image).convert("L")) for image in colours])
    np.testing.assert_array_equal(to_luminance(colours, 32)[:, 0].numpy(), wanted)


@pytest.mark.parametrize("size", [1, 7])
def test_batch_size_does_not_matter(networks, grey_images, monkeypatch, size):
    a, b = grey_images(1, 9, 32), grey_images(2, 9, 32)
    before = networks.features(a, 64), networks.embeddings(a), networks.feature_distances(a, b)
    monkeypatch.setattr(inference, "CPU_BATCH", size)
    again = networks.features(a, 64), networks.embeddings(a), networks.feature_distances(a, b)
    for x, y in zip(before, again, strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-4, atol=1e-5)


@torch.inference_mode()
def test_feature_distances_are_those_of_their_equation(networks, grey_images):
    """Block by block, place by place: unit vectors over channels, squared differences, means."""
    a, b = grey_images(1, 2, 32), grey_images(2, 2, 32)
    expected = np.zeros((2, len(TAPS)))
    network = networks.lite0
    maps = []
    for x in (a, b):
        y = prepare(x, 32)
        y = F.relu6(network._bn0(network._conv_stem(y)))
        found = []
        for place, block in enumerate(network._blocks):
            y = block(y.clone())
            if place in TAPS:
                found.append(y.clone().double().numpy())
        maps.append(found)
    for depth, (x, y) in enumerate(zip(*maps, strict=True)):
        for i in range(2):
            by_place = [
                np.sum((x[i, :, r, c] / np.linalg.norm(x[i, :, r, c])
                        - y[i, :, r, c] / np.linalg.norm(y[i, :, r, c])) ** 2)
                for r in range(x.shape[2]) for c in range(x.shape[3])
            ]  # fmt: skip
            expected[i, depth] = np.mean(by_place)
    np.testing.assert_allclose(networks.feature_distances(a, b), expected.mean(1), rtol=1e-4)
    assert [x.shape[2] for x in maps[0]] == [16, 8, 4, 2]
    np.testing.assert_array_equal(networks.feature_distances(a, a), 0)
