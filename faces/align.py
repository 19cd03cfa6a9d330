"""Finds eyes and turns faces level, so that every network sees the eyes at the same places.

Eyes: dlib's frontal detector, then its 5-point ensemble of regression trees (Kazemi & Sullivan,
"One Millisecond Face Alignment with an Ensemble of Regression Trees", CVPR 2014). If no
face is found, the search is repeated in the image enlarged twofold. Of several faces the largest is
taken.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from faces.common.cache import cache_folder
from faces.eye_places import EYE_PLACES

VERSION = "eyes-5pt-v1"  # part of stage keys and of the report's footer
LANDMARKS = "dlib-landmarks-5"  # the weight that finds eyes

Attempt = Literal["shipped", "first", "upsampled", "none"]


@dataclass(frozen=True)
class Found:
    """The result of a search for eyes.

    eyes: (2, 2) float32 x, y in pixels, sorted by x, or None. attempt: which search found them;
    "shipped" eyes came with the data set, without a search.
    """

    eyes: np.ndarray | None
    attempt: Attempt


class EyeFinder:
    """dlib's detector and landmark predictor, loaded once per process."""

    def __init__(self, predictor: Path) -> None:
        import dlib  # slow to import, and needed only here

        self._detector = dlib.get_frontal_face_detector()
        self._predictor = dlib.shape_predictor(str(predictor))

    def find(self, image: np.ndarray) -> Found:
        """Find the eyes of the largest face: HWC uint8 with 1 or 3 channels => positions in pixels.

        The centre of the first pixel is 0, 0.
        """
        rgb = np.ascontiguousarray(np.broadcast_to(image, (*image.shape[:2], 3)))
        attempts: tuple[tuple[Attempt, int], ...] = (("first", 0), ("upsampled", 1))
        for attempt, doublings in attempts:
            boxes = self._detector(rgb, doublings)
            if boxes:
                largest = max(boxes, key=lambda box: box.area())
                return Found(self._eyes(rgb, largest), attempt)
        return Found(None, "none")

    def _eyes(self, rgb: np.ndarray, box) -> np.ndarray:
        points = self._predictor(rgb, box).parts()
        corners = np.array([[point.x, point.y] for point in points[:4]], np.float32)
        eyes = corners.reshape(2, 2, 2).mean(axis=1)  # two corners make an eye
        return eyes[np.argsort(eyes[:, 0])]


def find_eyes(image: np.ndarray) -> np.ndarray | None:
    """Find the eyes in an image: HWC uint8 => (2, 2) float32 x, y in pixels, sorted by x, or None.

    None means that no face was found. Raises MissingError where the landmark file is neither
    installed nor fetched, TamperedError where it is not the published file.
    """
    return _default_finder().find(image).eyes


@lru_cache(maxsize=1)
def _default_finder() -> EyeFinder:
    from faces.weights.lookup import (  # late: the table needs torch, aligning does not
        checked_file,
        find,
    )
    from faces.weights.table import FIXED_NETWORKS

    return EyeFinder(checked_file(find(LANDMARKS, FIXED_NETWORKS), cache_folder()))


def align_face(image: np.ndarray, eyes: np.ndarray, side_px: int) -> np.ndarray:
    """Turn, scale and crop a face so that its eyes are at EYE_PLACES, with antialiasing.

    image: HWC uint8 with 1 or 3 channels; eyes: (2, 2) x, y in pixels, the left one first, the
    centre of the first pixel being 0, 0 => (side_px, side_px, C) uint8. Outside the image its
    border is repeated.
    """
    matrix = crop_to_image(eyes, side_px)
    shrink = float(np.hypot(*matrix[:, 0]))  # image pixels per crop pixel
    oversample = max(1, int(np.ceil(shrink)))
    margin = _margin(image, matrix, side_px)
    padded = np.pad(image, [(margin, margin), (margin, margin), (0, 0)], mode="edge")
    coefficients = np.column_stack([matrix[:, :2] / oversample, matrix[:, 2] + margin]).ravel()
    fine = Image.fromarray(padded.squeeze()).transform(
        (side_px * oversample, side_px * oversample),
        Image.Transform.AFFINE,
        tuple(coefficients),
        Image.Resampling.BICUBIC,
    )
    crop = np.asarray(fine.resize((side_px, side_px), Image.Resampling.BOX))
    return crop.reshape(side_px, side_px, image.shape[2])


def crop_to_image(eyes: np.ndarray, side_px: int) -> np.ndarray:
    """Return the similarity from the crop's pixels to the image's: (2, 2) eyes => (2, 3) float64.

    Pixels are counted from their edges. The eyes determine the similarity: with points as complex
    numbers, image = a * crop + b.
    """
    places = EYE_PLACES * side_px
    seen = np.asarray(eyes, np.float64) + 0.5  # pixel index 0 has its centre half a pixel in
    from_left, from_right = places[:, 0] + 1j * places[:, 1]
    to_left, to_right = seen[:, 0] + 1j * seen[:, 1]
    a = (to_right - to_left) / (from_right - from_left)
    b = to_left - a * from_left
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def _margin(image: np.ndarray, matrix: np.ndarray, side_px: int) -> int:
    """Return by how many pixels the image must be padded to contain the crop's corners."""
    corners = np.array([[0, 0, 1], [side_px, 0, 1], [0, side_px, 1], [side_px, side_px, 1]])
    reached = corners @ matrix.T
    height, width = image.shape[:2]
    beyond = max(-reached.min(), (reached - [width, height]).max(), 0)
    return int(np.ceil(min(beyond, max(height, width)))) + 2
