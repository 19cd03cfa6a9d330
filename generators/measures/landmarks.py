"""Finds faces and landmarks in fakes with a detector that was never trained on fakes.

dlib's frontal detector (King 2015, arXiv 1502.00046, on HOG features), then its five landmarks: two
corners of each eye and the base of the nose (Kazemi & Sullivan, CVPR 2014).
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

DETECTION_PX = 128  # faces in smaller crops are not found: the detector's window has 80 px
LANDMARKS = 5


def detection_rate(images: np.ndarray, side_px: int = DETECTION_PX) -> float:
    """Return the share of (N, H, W) uint8 images in which dlib's detector finds a face.

    All images are resized to `side_px` and not enlarged further, so that crops of different sides
    are comparable.
    """
    return float(faces_found(images, side_px).mean())


def faces_found(images: np.ndarray, side_px: int = DETECTION_PX) -> np.ndarray:
    """Tell in which images a face is found: (N, H, W) uint8 => (N,) bool; see `detection_rate`."""
    return np.array([box is not None for _, box in _largest_faces(images, side_px)])


def landmarks(images: np.ndarray, predictor: Path, side_px: int = DETECTION_PX) -> np.ndarray:
    """Find five landmarks: (N, S, S) uint8 => (N, 5, 2) float64 x, y in pixels of the images.

    NaN where no face is found. `predictor` is dlib's file of five landmarks. Images are resized as
    in `detection_rate`.
    """
    import dlib  # slow to import, and needed only here

    shape = dlib.shape_predictor(str(predictor))
    points = np.full((len(images), LANDMARKS, 2), np.nan)
    for i, (image, box) in enumerate(_largest_faces(images, side_px)):
        if box is not None:
            points[i] = [(part.x, part.y) for part in shape(image, box).parts()]
    # Coordinates of pixel centres; half a pixel changes its length with the side.
    return (points + 0.5) * images.shape[1] / side_px - 0.5


def _largest_faces(images: np.ndarray, side_px: int) -> Iterator[tuple]:
    """Yield each image, resized to `side_px`, with the box of its largest face or None."""
    detect = detector()
    for image in images:
        resized_image = resized(image, side_px)
        yield resized_image, max(detect(resized_image, 0), key=lambda box: box.area(), default=None)


@lru_cache(maxsize=1)
def detector():
    """Return dlib's detector; making it takes as long as detection in a hundred images."""
    import dlib  # slow to import, and needed only here

    return dlib.get_frontal_face_detector()


def displacement(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return mean distances of landmarks: two of (N, 5, 2) => (N,) float64; NaN stays NaN."""
    return np.linalg.norm(a - b, axis=2).mean(1)


def resized(image: np.ndarray, side_px: int) -> np.ndarray:
    """Resize an image, with antialiasing: (H, W) uint8 => (side_px, side_px) uint8."""
    if image.shape == (side_px, side_px):
        return np.ascontiguousarray(image)
    size, filtered = (side_px, side_px), Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(np.ascontiguousarray(image)).resize(size, filtered))
