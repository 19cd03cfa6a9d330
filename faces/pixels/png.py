"""Decodes PNG files: grey, colour, palettes and transparency, of 1 to 16 bits.

Of colour with 16 bits, and of grey with alpha of 16 bits, Pillow gives the high byte alone.
"""

import io

import numpy as np
from PIL import ExifTags, Image

from faces.pixels import values
from faces.pixels.refused import Refused
from faces.pixels.size import check_size

START = b"\x89PNG\r\n\x1a\n"
END = b"IEND\xaeB`\x82"
HEADER_NAME = slice(12, 16)
BITS_AT, KIND_AT = 24, 25  # places of bytes in the file
GREY_WITH_ALPHA = 4  # a value of the byte at KIND_AT
KEY = "transparency"  # Pillow's name for the value, or the alpha of the palette, in the chunk tRNS


def decode(data: bytes) -> np.ndarray:
    """Decode a PNG: => (H, W, 1 or 3) uint8, upright; of an animation, the first image.

    Raises Refused; for damaged files other errors too.
    """
    if END not in data:  # the decoder sometimes accepts such a file
        raise Refused("truncated")
    with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
        check_size(*image.size)
        if data[HEADER_NAME] != b"IHDR":
            raise Refused("damaged")
        image.load()
        pixels = _pixels(image, data[BITS_AT], data[KIND_AT])
        return values.upright(pixels, image.getexif().get(ExifTags.Base.Orientation))


def _pixels(image: Image.Image, bits: int, kind: int) -> np.ndarray:
    """Convert a loaded image: => (H, W, 1 or 3) uint8."""
    if image.mode == "P":
        return _through_palette(image)
    if image.mode in ("LA", "RGBA"):
        samples = np.asarray(image)
        colours = samples[..., :1] if kind == GREY_WITH_ALPHA else samples[..., :-1]
        return values.over_black(colours, samples[..., -1:])
    samples = np.asarray(image.convert("L") if image.mode == "1" else image)
    samples = samples if samples.ndim == 3 else samples[..., None]
    pixels = samples if image.mode != "I;16" else values.levels(16).take(samples)
    if KEY in image.info:
        return values.over_black(pixels, _visible(samples, image.info[KEY], bits))
    return pixels


def _visible(samples: np.ndarray, key: int | tuple[int, ...], bits: int) -> np.ndarray:
    """Return the alpha of an image in which one value is transparent: => (H, W, 1) uint8.

    samples: (H, W, 1 or 3), of fewer than 8 bits those that Pillow has scaled to 255.
    """
    if bits == 16 and isinstance(key, tuple):
        raise Refused("a 16-bit colour PNG with a transparent colour is not read")
    wanted = np.atleast_1d(key)
    if bits > 1:  # of one bit, Pillow has scaled the key too
        wanted = wanted & (2**bits - 1)
    if 1 < bits < 8:
        wanted = values.levels(bits)[wanted]
    return (samples != wanted).any(axis=2, keepdims=True) * np.uint8(255)


def _through_palette(image: Image.Image) -> np.ndarray:
    """Look up the colours of an image in mode P: => (H, W, 1 or 3) uint8."""
    indices = np.asarray(image)
    palette = np.array(image.getpalette("RGB"), np.uint8).reshape(-1, 3)
    pixels = values.through_palette(indices, palette)
    key = image.info.get(KEY)
    if key is None:
        return pixels
    alpha = np.full(256, 255, np.uint8)
    if isinstance(key, bytes):
        alpha[: len(key)] = np.frombuffer(key[:256], np.uint8)
    else:
        alpha[key] = 0
    return values.over_black(pixels, alpha.take(indices)[..., None])
