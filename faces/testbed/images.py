"""Renders faces to files, set into a frame of the layout's proportions and encoded."""

import io

import numpy as np
from PIL import Image, ImageFilter

from faces.synthetic.difficulty import STANDARD
from faces.synthetic.person import Person
from faces.synthetic.renderer import develop, true_eyes, view_person
from faces.testbed.photo import Photo

JPEG_QUALITY = 95
FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".bmp": "BMP", ".png": "PNG", ".tiff": "TIFF"}


def photograph(
    person: Person, photo: Photo, side_px: int, aspect: float
) -> tuple[np.ndarray, np.ndarray]:
    """-> (side_px, about side_px * aspect, C) uint8 and the (2, 2) x, y of the eyes on it."""
    view = view_person(person, photo.take, side_px, STANDARD)
    margin = _margin_px(side_px, aspect)
    eyes = true_eyes(view) + np.array([margin, 0], np.float32)
    return _frame(develop(view, photo.spectrum), margin), eyes


def _margin_px(side_px: int, aspect: float) -> int:
    """Gives what a frame adds at the left and at the right of the rendered square."""
    return round(side_px * (aspect - 1) / 2)


def _frame(square: np.ndarray, margin: int) -> np.ndarray:
    """Goes on left and right with a blurred mirror image, which holds nothing like a face."""
    if margin == 0:
        return square
    wide = np.pad(square, [(0, 0), (margin, margin), (0, 0)], mode="symmetric")
    blurred = Image.fromarray(wide.squeeze()).filter(ImageFilter.GaussianBlur(margin / 8))
    framed = np.asarray(blurred).reshape(wide.shape).copy()
    framed[:, margin:-margin] = square
    return framed


def encode(image: Image.Image, suffix: str, **options) -> bytes:
    """Gives an image file's bytes; `suffix`, in any case, chooses the format."""
    buffer = io.BytesIO()
    kind = FORMATS[suffix.lower()]
    if kind == "JPEG":
        options["quality"] = JPEG_QUALITY
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def eye_file(eyes: np.ndarray, order: str) -> bytes:
    """Gives a .pos file of (2, 2) eyes: x and y of both in its first line, `order` first."""
    first, second = eyes if order == "left" else eyes[::-1]
    return "{:.1f} {:.1f} {:.1f} {:.1f}\r\n".format(*first, *second).encode()
