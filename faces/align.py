"""Turns faces level, so that every network sees the eyes at the same places.

`faces/eye_finder.py` says how the eyes are found.
"""

from functools import lru_cache

import numpy as np
from PIL import Image

from faces.common.cache import cache_folder
from faces.excerpt import ORDINARY_PIXELS, Rectangle, excerpt, is_ordinary
from faces.eye_finder import EyeFinder
from faces.eye_places import EYE_PLACES

VERSION = "eyes-5pt-v1"  # part of stage keys and of the report's footer
FILES_VERSION = "eyes-5pt-v2"  # of photographs on disk, which may be large or show several faces
LANDMARKS = "dlib-landmarks-5"  # the weight that finds eyes
BORDER_PX = 2  # that bicubic interpolation needs around a crop


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
    border is repeated. Of an image that is not ordinary in size, the part to be seen is reduced
    before, so that the memory needed does not depend on where the eyes are.
    """
    if not is_ordinary(image):
        image, eyes = _around_crop(image, eyes, side_px)
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


def _around_crop(
    image: np.ndarray, eyes: np.ndarray, side_px: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the part of an image that a crop shows, in a size that suffices, and the eyes in it.

    The arguments are those of `align_face`.
    """
    seen = _corners(crop_to_image(eyes, side_px), side_px) - 0.5
    part = Rectangle.around(seen, BORDER_PX, image)
    enough = max(ORDINARY_PIXELS, 4 * side_px**2)
    copy = excerpt(image, part, min(1, (enough / part.pixels) ** 0.5))
    return copy.pixels, copy.from_image(eyes)


def _corners(matrix: np.ndarray, side_px: int) -> np.ndarray:
    """Return where the corners of the crop lie in the image: (2, 3) => (4, 2) x, y."""
    corners = np.array([[0, 0, 1], [side_px, 0, 1], [0, side_px, 1], [side_px, side_px, 1]])
    return corners @ matrix.T


def _margin(image: np.ndarray, matrix: np.ndarray, side_px: int) -> int:
    """Return by how many pixels the image must be padded to contain the crop's corners."""
    reached = _corners(matrix, side_px)
    height, width = image.shape[:2]
    beyond = max(-reached.min(), (reached - [width, height]).max(), 0)
    return int(np.ceil(min(beyond, max(height, width)))) + BORDER_PX
