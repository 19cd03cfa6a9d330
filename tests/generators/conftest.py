"""Fixtures: one thread, since the networks of these tests are too small for more, and images."""

from pathlib import Path

import numpy as np
import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def grey_images():
    """Return a function: (seed, n, side) => smooth random images, (n, 1, side, side) uint8."""

    def make(seed: int, n: int, side: int) -> torch.Tensor:
        coarse = torch.rand(n, 1, 5, 5, generator=torch.manual_seed(seed))
        fine = torch.nn.functional.interpolate(coarse, (side, side), mode="bicubic")
        return (fine.clamp(0, 1) * 255).to(torch.uint8)

    return make


@pytest.fixture(scope="session")
def face() -> np.ndarray:
    """A photograph of a face, (170, 170) uint8."""
    data = pytest.importorskip("skimage.data")
    return data.astronaut()[30:200, 140:310].mean(2).astype(np.uint8)


@pytest.fixture(scope="session")
def predictor() -> Path:
    """dlib's landmark file, from its package."""
    import importlib.util

    spec = importlib.util.find_spec("face_recognition_models")
    if spec is None:
        pytest.skip("face_recognition_models is not installed")
    folder = Path(spec.submodule_search_locations[0]) / "models"
    return folder / "shape_predictor_5_face_landmarks.dat"
