"""Finds the eyes of the person whom a photograph is of.

dlib's frontal detector, then its 5-point ensemble of regression trees (Kazemi & Sullivan, "One
Millisecond Face Alignment with an Ensemble of Regression Trees", CVPR 2014). If no face is found,
the search is repeated in the image enlarged twofold. Of a photograph that is not ordinary in size
(`excerpt.is_ordinary`), a copy of ORDINARY_PIXELS is searched, and then one of twice that width and
height, so that neither time nor memory grows with the photograph. Its landmarks are found in the
photograph itself, around the face.

Of several faces, the one is taken for which area - CENTRE_WEIGHT * distance^2 is largest, with the
distance between the middles of face and image: the person who is meant stands in the middle, and
others may be larger beside them. The rule and its weight are those of facenet's alignment
(github.com/davidsandberg/facenet, align_dataset_mtcnn.py); facenet-pytorch's pull request 122
reports 3 % more accuracy on LFW than with the largest face.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from faces.excerpt import ORDINARY_PIXELS, Excerpt, Rectangle, excerpt, is_ordinary

CENTRE_WEIGHT = 2.0
LANDMARKS_SIDE_PX = 512  # of a face large enough for landmarks in whole pixels to be precise

Attempt = Literal["shipped", "first", "upsampled", "none"]


@dataclass(frozen=True)
class Found:
    """The result of a search for eyes.

    eyes: (2, 2) float32 x, y in pixels, sorted by x, or None. attempt: which search found them;
    "shipped" eyes came with the data set, without a search. faces: how many faces that search
    found, 0 without a search.
    """

    eyes: np.ndarray | None
    attempt: Attempt
    faces: int = 0


class EyeFinder:
    """dlib's detector and landmark predictor, loaded once per process."""

    def __init__(self, predictor: Path) -> None:
        import dlib  # slow to import, and needed only here

        self._detector = dlib.get_frontal_face_detector()
        self._predictor = dlib.shape_predictor(str(predictor))
        self._rectangle = dlib.rectangle

    def find(self, image: np.ndarray) -> Found:
        """Find the eyes of one face: HWC uint8 with 1 or 3 channels => positions in pixels.

        The centre of the first pixel is 0, 0.
        """
        for attempt, searched, doublings in _searches(image):
            boxes = self._detector(_rgb(searched.pixels), doublings)
            if boxes:
                box = choose(boxes, *searched.pixels.shape[1::-1])
                return Found(self._eyes(image, searched, box), attempt, len(boxes))
        return Found(None, "none")

    def _eyes(self, image: np.ndarray, searched: Excerpt, box) -> np.ndarray:
        """Find the eyes of a face that is in `box` of the excerpt: => (2, 2) float32."""
        near = searched
        if not is_ordinary(image):
            box_px = [[box.left(), box.top()], [box.right(), box.bottom()]]
            corners = searched.to_image(np.array(box_px))
            near = _close_up(image, corners)
            box = self._rectangle(*np.rint(near.from_image(corners)).astype(int).ravel().tolist())
        points = self._predictor(_rgb(near.pixels), box).parts()
        corners = np.array([[point.x, point.y] for point in points[:4]], np.float32)
        eyes = near.to_image(corners.reshape(2, 2, 2).mean(axis=1))  # two corners make an eye
        return eyes[np.argsort(eyes[:, 0])].astype(np.float32)


def _searches(image: np.ndarray) -> Iterator[tuple[Attempt, Excerpt, int]]:
    """Yield what to search, one after the other, and how often the detector shall double it."""
    everything = Rectangle.of(image)
    if is_ordinary(image):
        itself = Excerpt(image, np.zeros(2), np.ones(2))
        yield "first", itself, 0
        yield "upsampled", itself, 1
        return
    scale = (ORDINARY_PIXELS / everything.pixels) ** 0.5
    yield "first", excerpt(image, everything, scale), 0
    yield "upsampled", excerpt(image, everything, 2 * scale), 0


def _close_up(image: np.ndarray, corners: np.ndarray) -> Excerpt:
    """Copy a face and half its side around it, not enlarged: corners (2, 2) x, y of its box."""
    side_px = float(np.ptp(corners, axis=0).max())
    part = Rectangle.around(corners, side_px / 2, image)
    return excerpt(image, part, min(1, LANDMARKS_SIDE_PX / side_px))


def _rgb(image: np.ndarray) -> np.ndarray:
    """Return an image as dlib reads it: (H, W, 1 or 3) => (H, W, 3) uint8."""
    return np.ascontiguousarray(np.broadcast_to(image, (*image.shape[:2], 3)))


def choose(boxes: Sequence[Any], width_px: int, height_px: int) -> Any:
    """Choose one of several faces by their boxes, dlib's rectangles, in an image of that size.

    Of faces with the same area and distance from the middle, the upper one is taken, then the left.
    """

    def rank(box: Any) -> tuple[float, ...]:
        x, y = box.left() + box.right() + 1 - width_px, box.top() + box.bottom() + 1 - height_px
        worth = box.area() - CENTRE_WEIGHT * (x * x + y * y) / 4  # x and y are twice the distance
        return -worth, box.top(), box.left(), box.bottom(), box.right()

    return min(boxes, key=rank)
