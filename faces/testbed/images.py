"""Renders the image of a photo, widens it to the layout's proportions, and encodes it."""

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
    """Render a photo: => (side_px, about side_px * aspect, C) uint8 and the eyes.

    The eyes are (2, 2) float32 x, y in pixels, the image's left eye first; the centre of the first
    pixel is 0, 0. aspect: width / height.
    """
    view = view_person(person, photo.take, side_px, STANDARD)
    margin = _margin_px(side_px, aspect)
    eyes = true_eyes(view) + np.array([margin, 0], np.float32)
    return _frame(develop(view, photo.spectrum), margin), eyes


def _margin_px(side_px: int, aspect: float) -> int:
    """Return how many pixels are added at the left and at the right of the rendered square."""
    return round(side_px * (aspect - 1) / 2)


def _frame(square: np.ndarray, margin: int) -> np.ndarray:
    """Widen an image left and right by its mirror image, so blurred that it shows no face.

    square: (S, S, C) uint8 => (S, S + 2 * margin, C) uint8.
    """
    if margin == 0:
        return square
    wide = np.pad(square, [(0, 0), (margin, margin), (0, 0)], mode="symmetric")
    blurred = Image.fromarray(wide.squeeze()).filter(ImageFilter.GaussianBlur(margin / 8))
    framed = np.asarray(blurred).reshape(wide.shape).copy()
    framed[:, margin:-margin] = square
    return framed


def encode(image: Image.Image, suffix: str, **options) -> bytes:
    """Encode an image as a file's bytes; `suffix`, in any case, chooses the format.

    options: further arguments of Pillow's `Image.save`. Raises KeyError for an unknown suffix.
    """
    buffer = io.BytesIO()
    format_name = FORMATS[suffix.lower()]
    if format_name == "JPEG":
        options["quality"] = JPEG_QUALITY
    image.save(buffer, format_name, **options)
    return buffer.getvalue()


def eye_file(eyes: np.ndarray, order: str) -> bytes:
    """Return the bytes of a .pos file: x and y of both eyes in its first line.

    eyes: (2, 2) float x, y in pixels, the image's left eye first; order: "left" or "right", which
    eye the file names first.
    """
    first, second = eyes if order == "left" else eyes[::-1]
    return "{:.1f} {:.1f} {:.1f} {:.1f}\r\n".format(*first, *second).encode()
