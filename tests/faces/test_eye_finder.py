"""Tests which face is chosen, and that the size of a photograph does not matter for its eyes."""

from types import SimpleNamespace

import dlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from faces.common import torchvision_cpu
from faces.excerpt import ORDINARY_PIXELS
from faces.eye_finder import EyeFinder, choose
from faces.synthetic import render_with_truth
from tests.faces.test_synthetic_eyes import landmarks_file

pytestmark = pytest.mark.skipif(landmarks_file() is None, reason="needs the landmarks' file")

WIDTH_PX, HEIGHT_PX = 640, 480
STARTS, SIDES = st.integers(0, 420), st.integers(20, 200)
BOXES = st.lists(st.tuples(STARTS, STARTS, SIDES), min_size=1, max_size=6, unique=True)


@pytest.fixture(scope="module")
def finder() -> EyeFinder:
    return EyeFinder(landmarks_file())


def rectangle(left, top, side_px):
    return dlib.rectangle(left, top, left + side_px - 1, top + side_px - 1)


def edges(box):
    return box.left(), box.top(), box.right() + 1, box.bottom() + 1


@pytest.fixture(scope="module")
def facenet():
    torchvision_cpu.ensure()
    from facenet_pytorch import MTCNN

    return MTCNN


@given(places=BOXES)
def test_the_chosen_face_is_the_one_that_facenet_pytorch_selects(facenet, places):
    boxes = [rectangle(*place) for place in places]
    corners = np.array([edges(box) for box in boxes], float)
    image = SimpleNamespace(width=WIDTH_PX, height=HEIGHT_PX)
    nothing = np.zeros((len(boxes), 5, 2))
    selected, _, _ = facenet.select_boxes(
        None, corners, np.ones(len(boxes)), nothing, image, method="center_weighted_size"
    )

    def worth(box):
        left, top, right, bottom = box
        offset = (left + right - WIDTH_PX) ** 2 + (top + bottom - HEIGHT_PX) ** 2
        return (right - left) * (bottom - top) - offset / 2

    chosen = edges(choose(boxes, WIDTH_PX, HEIGHT_PX))
    assert worth(chosen) == worth(selected.ravel())  # of equals either may be selected


@given(BOXES)
def test_the_order_of_the_faces_does_not_matter(places):
    """Also of equals: each box comes with its mirror images in the image's middle."""
    boxes = [rectangle(*place) for place in places]
    for left, top, right, bottom in [edges(box) for box in boxes]:
        boxes.append(dlib.rectangle(WIDTH_PX - right, top, WIDTH_PX - left - 1, bottom - 1))
        boxes.append(dlib.rectangle(left, HEIGHT_PX - bottom, right - 1, HEIGHT_PX - top - 1))
    turned = [boxes[start:] + boxes[:start] for start in range(len(boxes))]
    orders = turned + [order[::-1] for order in turned]
    assert len({edges(choose(order, WIDTH_PX, HEIGHT_PX)) for order in orders}) == 1


def test_a_face_larger_by_a_pixel_beside_the_middle_is_not_taken():
    middle, beside = rectangle(270, 190, 100), rectangle(500, 190, 101)
    assert choose([beside, middle], WIDTH_PX, HEIGHT_PX) == middle
    far_larger = rectangle(340, 80, 300)
    assert choose([middle, far_larger], WIDTH_PX, HEIGHT_PX) == far_larger


# Photographs of rendered people


def portrait(subject: int, side_px: int, spectrum: str = "VIS") -> tuple[np.ndarray, np.ndarray]:
    return render_with_truth(subject, 0, spectrum, side_px)


def test_faces_are_counted_and_the_middle_one_is_taken(finder):
    left, middle, right = (portrait(subject, side)[0] for subject, side in
                           ((0, 150), (1, 148), (2, 152)))  # fmt: skip
    group = np.full((152, 450, 3), 90, np.uint8)
    for image, start in ((left, 0), (middle, 150), (right, 298)):
        group[: len(image), start : start + len(image)] = image
    found = finder.find(group)
    alone = finder.find(middle)
    assert (found.faces, alone.faces) == (3, 1)
    np.testing.assert_allclose(found.eyes, alone.eyes + np.array([150, 0]), atol=3)
    nobody = finder.find(np.full((90, 90, 1), 50, np.uint8))
    assert (nobody.eyes, nobody.attempt, nobody.faces) == (None, "none", 0)


@pytest.mark.parametrize("spectrum", ["VIS", "NIR"])
@pytest.mark.parametrize("side_px", [60, 112, 240])
def test_an_ordinary_image_is_searched_as_dlib_does(finder, side_px, spectrum):
    """The detector in the image, then in the image enlarged twofold; landmarks in the image."""
    image, _ = portrait(3, side_px, spectrum)
    rgb = np.ascontiguousarray(np.broadcast_to(image, (side_px, side_px, 3)))
    detector = dlib.get_frontal_face_detector()
    first, enlarged = detector(rgb, 0), detector(rgb, 1)
    found = finder.find(image)
    assert found.attempt == ("first" if first else "upsampled" if enlarged else "none")
    if not (boxes := first or enlarged):
        assert found.eyes is None
        return
    points = dlib.shape_predictor(str(landmarks_file()))(rgb, boxes[0]).parts()
    corners = np.array([[point.x, point.y] for point in points], float)
    eyes = np.stack([corners[:2].mean(axis=0), corners[2:4].mean(axis=0)])
    np.testing.assert_array_equal(found.eyes, eyes[np.argsort(eyes[:, 0])])


def enlarged(image: np.ndarray, factor: float) -> np.ndarray:
    side_px = round(len(image) * factor)
    large = Image.fromarray(image.squeeze()).resize((side_px, side_px), Image.Resampling.BICUBIC)
    return np.asarray(large).reshape(side_px, side_px, -1)


@pytest.mark.parametrize(("factor", "spectrum"), [(6, "VIS"), (11.5, "NIR")])
def test_the_eyes_of_an_enlarged_photograph_are_the_enlarged_eyes(finder, factor, spectrum):
    apart = []
    for subject in range(3):
        image, truth = portrait(subject, 320, spectrum)
        large = enlarged(image, factor)
        assert large.shape[0] * large.shape[1] > ORDINARY_PIXELS
        eyes = finder.find(large).eyes
        expected = (np.array([truth, finder.find(image).eyes]) + 0.5) * factor - 0.5
        distance = np.linalg.norm(expected[0, 1] - expected[0, 0])
        apart.append(np.linalg.norm(eyes - expected, axis=2).mean(axis=1) / distance)
    from_truth, from_small = np.mean(apart, axis=0)
    assert from_truth < 0.05
    assert from_small < 0.015


SMALL_PX, PLACE = 480, np.array([1300, 900])


def test_the_eyes_of_a_small_face_are_as_precise_as_in_the_face_alone(finder):
    """A pixel of the copy that is searched is three of the photograph.

    Landmarks are whole pixels, and two make an eye, so the photograph's own lie on halves.
    """
    background, apart = np.full((3600, 5400, 1), 120, np.uint8), []
    for subject in range(3):
        image, truth = portrait(subject, SMALL_PX, "NIR")
        photograph = background.copy()
        (left, top), side = PLACE, SMALL_PX
        photograph[top : top + side, left : left + side] = image
        found = finder.find(photograph)
        assert not (2 * found.eyes % 1).any()
        off = np.linalg.norm(found.eyes - PLACE - finder.find(image).eyes, axis=1)
        apart.append(off.mean() / np.linalg.norm(truth[1] - truth[0]))
    assert np.mean(apart) < 0.015


def test_a_smaller_face_is_found_by_the_second_search(finder):
    image, truth = portrait(0, 150)
    photograph = np.full((3000, 4000, 3), 120, np.uint8)
    photograph[1000:1150, 2000:2150] = image
    found = finder.find(photograph)
    assert (found.attempt, found.faces) == ("upsampled", 1)
    off = np.linalg.norm(found.eyes - [2000, 1000] - truth, axis=1).mean()
    assert off < 0.06 * np.linalg.norm(truth[1] - truth[0])


@pytest.mark.parametrize("shape", [(1, ORDINARY_PIXELS + 9, 1), (ORDINARY_PIXELS // 2, 3, 3)])
def test_images_of_odd_proportions_have_no_face(finder, shape):
    assert finder.find(np.zeros(shape, np.uint8)).attempt == "none"
