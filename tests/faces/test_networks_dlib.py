import importlib.util
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from faces.common.errors import TamperedError
from faces.networks.dlib_resnet import (
    CHIP_PX,
    DlibFaceNet,
    chip_eyes_px,
    chips,
    pad_to,
    read_dat,
    similarity,
)

FILE = "dlib_face_recognition_resnet_model_v1.dat"


@pytest.fixture(scope="module")
def dat() -> Path:
    spec = importlib.util.find_spec("face_recognition_models")
    if spec is None:
        pytest.skip("face_recognition_models is not installed")
    return Path(spec.submodule_search_locations[0]) / "models" / FILE


@pytest.fixture(scope="module")
def network(dat) -> DlibFaceNet:
    network = DlibFaceNet()
    network.load_state_dict(read_dat(dat))
    return network.eval()


@torch.inference_mode()
def test_embeddings_are_those_of_dlib(dat, network):
    dlib = pytest.importorskip("dlib")
    theirs = dlib.face_recognition_model_v1(str(dat))
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (4, CHIP_PX, CHIP_PX, 3), np.uint8)
    images[1] //= 8
    images[2] = images[2, :1]  # stripes
    images[3] = 255
    ours = network(torch.from_numpy(images).permute(0, 3, 1, 2).float()).numpy()
    expected = [np.array(theirs.compute_face_descriptor(image)) for image in images]
    np.testing.assert_allclose(ours, expected, atol=1e-5)


@torch.inference_mode()
def test_batch_size_does_not_matter(network):
    images = torch.rand(7, 3, CHIP_PX, CHIP_PX, generator=torch.manual_seed(1)) * 255
    alone = torch.cat([network(image[None]) for image in images])
    torch.testing.assert_close(network(images), alone, atol=1e-5, rtol=0)


def test_another_file_is_refused(dat, tmp_path):
    data = dat.read_bytes()
    broken = tmp_path / "broken.dat"
    for content in (b"", data[: len(data) // 2], b"<html></html>", data[:-4000000] + data[-200:]):
        broken.write_bytes(content)
        with pytest.raises(TamperedError, match=r"broken\.dat"):
            read_dat(broken)


def test_zeros_are_appended():
    padded = pad_to(torch.ones(1, 2, 3, 4), [3, 5, 4])
    assert padded.shape == (1, 3, 5, 4)
    assert padded.sum() == 24
    assert padded[0, :2, :3].eq(1).all()


points = st.tuples(st.floats(5, 90), st.floats(5, 90))


@given(points, points, points)
def test_similarity_keeps_shapes_and_takes_eyes_to_eyes(left, right, other):
    source = np.array([left, right])
    if np.linalg.norm(source[1] - source[0]) < 1:
        return
    target = chip_eyes_px()
    matrix = similarity(source, target)
    np.testing.assert_allclose(np.column_stack([source, [1, 1]]) @ matrix.T, target, atol=1e-8)
    factor = np.linalg.norm(target[1] - target[0]) / np.linalg.norm(source[1] - source[0])
    linear = matrix[:, :2]
    np.testing.assert_allclose(linear @ linear.T, factor**2 * np.eye(2), atol=1e-6 * factor**2)
    assert np.linalg.det(linear) > 0  # nothing is mirrored


def test_eyes_lie_where_dlib_puts_them():
    """In an image of colours that are positions, dlib's chip shows where its pixels came from."""
    dlib = pytest.importorskip("dlib")
    mean = np.array([[0.8595674595992, 0.2134981538014], [0.6460604764104, 0.2289674387677],
                     [0.1205750620789, 0.2137274526848], [0.3340850613712, 0.2290642403242],
                     [0.4901123135679, 0.6277975316475]])  # fmt: skip
    places = np.round(mean * 100 + 60).astype(int)
    shape = dlib.full_object_detection(
        dlib.rectangle(60, 60, 160, 160), [dlib.point(*place) for place in places.tolist()]
    )
    y, x = np.mgrid[:220, :220]
    plane = np.stack([x, y, 0 * x], -1).astype(np.uint8)
    chip = dlib.get_face_chip(plane, shape, size=CHIP_PX, padding=0.25)
    eyes = chip_eyes_px()
    for place, corners in zip(eyes, (places[2:4], places[0:2]), strict=True):
        column, row = np.round(place).astype(int)
        np.testing.assert_allclose(chip[row, column, :2], corners.mean(0), atol=1.5)


@settings(deadline=None, max_examples=25)
@given(
    side=st.integers(40, 400),
    left=st.floats(0.3, 0.4),
    right=st.floats(0.6, 0.7),
    height=st.floats(0.3, 0.45),
    tilt=st.floats(-0.05, 0.05),
)
def test_chips_show_the_eyes_at_dlibs_places(*, side, left, right, height, tilt):
    """Ramps along x and along y are used, since bilinear sampling keeps them exactly."""
    eyes = np.array([[left, height], [right, height + tilt]]) * side
    y, x = np.mgrid[:side, :side]
    ramps = np.stack([x, y]) * 255 / side
    images = torch.from_numpy(ramps[:, None]).float()
    made = chips(images, eyes).numpy()
    assert made.shape == (2, 3, CHIP_PX, CHIP_PX)
    for place, eye in zip(chip_eyes_px(), eyes, strict=True):
        seen = [bilinear(made[axis, 0], place) * side / 255 for axis in (0, 1)]
        np.testing.assert_allclose(seen, eye, atol=0.02 * side / 40)


def bilinear(image: np.ndarray, place: np.ndarray) -> float:
    x, y = np.floor(place).astype(int)
    u, v = place - (x, y)
    corners = image[y : y + 2, x : x + 2]
    return float(np.array([1 - v, v]) @ corners @ np.array([1 - u, u]))


def test_bytes_and_floats_of_one_value_give_the_same_chips():
    images = torch.randint(0, 256, (3, 1, 64, 64), generator=torch.manual_seed(0)).to(torch.uint8)
    eyes = np.array([[20.0, 24.0], [44.0, 24.0]])
    torch.testing.assert_close(
        chips(images, eyes), chips(images.float().expand(-1, 3, -1, -1), eyes)
    )
