"""Finds faces and landmarks in fakes with a detector that was never trained on fakes.

dlib's frontal detector (King 2015, arXiv 1502.00046, on HOG features), then its five landmarks: two
corners of each eye and the base of the nose (Kazemi & Sullivan, CVPR 2014).
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

DETECTION_PX = 128  # crops smaller than that are missed: the detector's own window is 80 px
LANDMARKS = 5


def detection_rate(images: np.ndarray, side_px: int = DETECTION_PX) -> float:
    """Gives the share of (N, H, W) uint8 images in which dlib's detector finds a face.

    Every image enters at `side_px` and is not enlarged any further, so that crops of different
    sides are treated alike.
    """
    return float(found(images, side_px).mean())


def found(images: np.ndarray, side_px: int = DETECTION_PX) -> np.ndarray:
    """(N, H, W) uint8 -> (N,) bool; see `detection_rate`."""
    return np.array([box is not None for _, box in _largest_faces(images, side_px)])


def landmarks(images: np.ndarray, predictor: Path, side_px: int = DETECTION_PX) -> np.ndarray:
    """(N, S, S) uint8 -> (N, 5, 2) float64 x, y in pixels of S; NaN where no face is seen.

    `predictor` is dlib's file of five landmarks. Images enter as in `detection_rate`.
    """
    import dlib  # takes a while, and only those who measure need it

    shape = dlib.shape_predictor(str(predictor))
    points = np.full((len(images), LANDMARKS, 2), np.nan)
    for i, (image, box) in enumerate(_largest_faces(images, side_px)):
        if box is not None:
            points[i] = [(part.x, part.y) for part in shape(image, box).parts()]
    # Places are those of pixel centres, and half a pixel is another length at another side.
    return (points + 0.5) * images.shape[1] / side_px - 0.5


def _largest_faces(images: np.ndarray, side_px: int) -> Iterator[tuple]:
    """Gives each image at `side_px`, with the box of its largest face or None."""
    detect = detector()
    for image in images:
        shown = at_side(image, side_px)
        yield shown, max(detect(shown, 0), key=lambda box: box.area(), default=None)


@lru_cache(maxsize=1)
def detector():
    """dlib's, whose making takes as long as a hundred images."""
    import dlib  # takes a while, and only those who measure need it

    return dlib.get_frontal_face_detector()


def displacement(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(N, 5, 2) landmarks of pairs -> (N,) mean distance in pixels, NaN where one has none."""
    return np.linalg.norm(a - b, axis=2).mean(1)


def at_side(image: np.ndarray, side_px: int) -> np.ndarray:
    """(H, W) uint8 -> (side_px, side_px) uint8."""
    if image.shape == (side_px, side_px):
        return np.ascontiguousarray(image)
    size, filtered = (side_px, side_px), Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(np.ascontiguousarray(image)).resize(size, filtered))
