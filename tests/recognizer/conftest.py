"""One small training for all tests: the real network, nine small images, four steps."""

import numpy as np
import pytest
import torch

from recognizer import network
from recognizer.batches import ImageSet
from recognizer.settings import RecognizerSettings
from recognizer.training import train

SIDE_PX, CLASSES = 80, 3


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def settings():
    return RecognizerSettings(
        steps=4,
        batch=5,
        side_px=SIDE_PX,
        precision="float32",
        checkpoint_every_steps=2,
        gallery_draws=3,
        far_targets=(0.4, 0.001),
    )


@pytest.fixture(scope="session")
def image_sets():
    draw = np.random.default_rng(0)
    vis = draw.integers(0, 256, (6, 90, 90, 3), np.uint8)
    nir = draw.integers(0, 256, (3, 90, 90, 1), np.uint8)
    labels = np.arange(6) % CLASSES
    return [ImageSet("vis", vis, labels), ImageSet("nir", nir, labels[:3])]


@pytest.fixture(scope="session")
def trained(settings, image_sets, tmp_path_factory):
    """The path of weights trained from scratch without interruption, seed 7."""
    out = tmp_path_factory.mktemp("trained")
    device = torch.device("cpu")
    return train(settings, image_sets, CLASSES, None, out=out, seed=7, device=device)


@pytest.fixture(scope="session")
def loaded(trained):
    return network.load(trained)
