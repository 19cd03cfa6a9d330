"""Decodes PNG files: grey, colour, palettes and transparency, of 1 to 16 bits."""

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
COLOUR, PALETTE, GREY_WITH_ALPHA, WITH_ALPHA = 2, 3, 4, 6  # values of the byte at KIND_AT
LOW_BYTES = {COLOUR: "RGB;16L", WITH_ALPHA: "RGBA;16L"}  # Pillow's names
BOTH_BYTES = "RGBA"  # read as four channels of 8 bits, grey with alpha of 16 bits is complete
KEY = "transparency"  # Pillow's name for the value, or the alpha of the palette, in the chunk tRNS


def decode(data: bytes) -> np.ndarray:
    """Decode a PNG: => (H, W, 1 or 3) uint8, upright; of an animation, the first image.

    Raises Refused; for damaged files other errors too.
    """
    if END not in data:  # the decoder sometimes accepts such a file
        raise Refused("truncated")
    image = _loaded(data)
    if data[HEADER_NAME] != b"IHDR":
        raise Refused("damaged")
    bits, kind = data[BITS_AT], data[KIND_AT]
    pixels = _through_palette(image) if kind == PALETTE else _pixels(image, data, bits, kind)
    return values.upright(pixels, image.getexif().get(ExifTags.Base.Orientation))


def _loaded(data: bytes, samples_as: str | None = None) -> Image.Image:
    """Load the image; samples_as: Pillow's name for how samples lie in it, None: as it thinks."""
    with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
        check_size(*image.size)
        if samples_as:
            image.tile = [tile._replace(args=samples_as) for tile in image.tile]
        image.load()
        return image


def _pixels(image: Image.Image, data: bytes, bits: int, kind: int) -> np.ndarray:
    """Convert grey and colours: => (H, W, 1 or 3) uint8."""
    samples = _wide(image, data, kind) if bits == 16 else _narrow(image)
    pixels = values.levels(16).take(samples) if bits == 16 else samples
    if kind in (GREY_WITH_ALPHA, WITH_ALPHA):
        return values.over_black(pixels[..., :-1], pixels[..., -1:])
    if KEY in image.info:
        return values.over_black(pixels, _visible(samples, image.info[KEY], bits))
    return pixels


def _narrow(image: Image.Image) -> np.ndarray:
    """Return samples that Pillow has scaled to 8 bits: => (H, W, S) uint8."""
    samples = np.asarray(image.convert("L") if image.mode == "1" else image)
    return samples if samples.ndim == 3 else samples[..., None]


def _wide(image: Image.Image, data: bytes, kind: int) -> np.ndarray:
    """Return samples of 16 bits: => (H, W, S) uint16.

    Pillow gives the high bytes alone of all but grey, so the others are read apart.
    """
    if kind == GREY_WITH_ALPHA:
        four = np.asarray(_loaded(data, BOTH_BYTES)).astype(np.uint16)
        return (four[..., ::2] << 8) | four[..., 1::2]
    high = np.asarray(image).astype(np.uint16)
    if kind in LOW_BYTES:
        return (high << 8) | np.asarray(_loaded(data, LOW_BYTES[kind]))
    return high[..., None]


def _visible(samples: np.ndarray, key: int | tuple[int, ...], bits: int) -> np.ndarray:
    """Return the alpha of an image in which one value is transparent: => (H, W, 1) uint8.

    samples: (H, W, 1 or 3), of fewer than 8 bits those that Pillow has scaled to 255.
    """
    wanted = np.atleast_1d(key)
    if bits > 1:  # of one bit, Pillow has scaled the key too
        wanted = wanted & (2**bits - 1)
    if 1 < bits < 8:
        wanted = values.levels(bits)[wanted]
    return (samples != wanted).any(axis=2, keepdims=True) * np.uint8(255)


def _through_palette(image: Image.Image) -> np.ndarray:
    """Look up the colours of a palette: => (H, W, 1 or 3) uint8."""
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
