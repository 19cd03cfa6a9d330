"""Whether a detector that was never told about fakes still sees faces in them."""

import numpy as np
from PIL import Image

DETECTION_PX = 128  # crops smaller than that are missed: the detector's own window is 80 px


def detection_rate(images: np.ndarray, side_px: int = DETECTION_PX) -> float:
    """The share of (N, H, W) uint8 images in which dlib's frontal detector finds a face.

    Every image enters at `side_px` and is not enlarged any further, so that crops of different
    sides are treated alike (detector: King 2015, arXiv 1502.00046, on HOG features).
    """
    import dlib  # takes a while, and only those who measure need it

    detector = dlib.get_frontal_face_detector()
    return float(np.mean([len(detector(at_side(image, side_px), 0)) > 0 for image in images]))


def at_side(image: np.ndarray, side_px: int) -> np.ndarray:
    """(H, W) uint8 => (side_px, side_px) uint8."""
    if image.shape == (side_px, side_px):
        return np.ascontiguousarray(image)
    size, filtered = (side_px, side_px), Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(np.ascontiguousarray(image)).resize(size, filtered))
