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
WIDE = {  # Of 16 bits, Pillow gives the high bytes alone of all but grey. Its names for all bytes:
    COLOUR: ("RGB;16B", "RGB;16L"),
    WITH_ALPHA: ("RGBA;16B", "RGBA;16L"),
    GREY_WITH_ALPHA: ("RGBA",),  # four channels of 8 bits hold two of 16
}
KEY = "transparency"  # Pillow's name for the value, or the alpha of the palette, in the chunk tRNS


def decode(data: bytes) -> np.ndarray:
    """Decode a PNG: => (H, W, 1 or 3) uint8, upright; of an animation, the first image.

    Raises Refused; for damaged files other errors too.
    """
    if END not in data:  # the decoder sometimes accepts such a file
        raise Refused("truncated")
    if data[HEADER_NAME] != b"IHDR":
        raise Refused("damaged")
    bits, kind = data[BITS_AT], data[KIND_AT]
    readings = WIDE.get(kind, (None,)) if bits == 16 else (None,)
    images = [_loaded(data, samples_as) for samples_as in readings]
    pixels = _through_palette(images[0]) if kind == PALETTE else _pixels(images, bits, kind)
    return values.upright(pixels, images[0].getexif().get(ExifTags.Base.Orientation))


def _loaded(data: bytes, samples_as: str | None) -> Image.Image:
    """Load the image; samples_as: Pillow's name for how samples lie in it, None: as it thinks."""
    with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
        check_size(*image.size)
        if samples_as:
            image.tile = [tile._replace(args=samples_as) for tile in image.tile]
        image.load()
        return image.convert("L") if image.mode == "1" else image


def _pixels(images: list[Image.Image], bits: int, kind: int) -> np.ndarray:
    """Convert grey and colours, read once or twice: => (H, W, 1 or 3) uint8."""
    key = images[0].info.get(KEY)
    parts = values.of_rows(
        images, lambda samples: _with_alpha(_joined(samples, bits, kind), key, bits)
    )
    has_alpha = key is not None or kind in (GREY_WITH_ALPHA, WITH_ALPHA)
    return values.over_black(parts[..., :-1], parts[..., -1:]) if has_alpha else parts


def _joined(readings: list[np.ndarray], bits: int, kind: int) -> np.ndarray:
    """Join the bytes of some rows: => (H, W, S) uint8, of 16 bits uint16."""
    first = readings[0] if readings[0].ndim == 3 else readings[0][..., None]
    if bits < 16 or kind not in WIDE:
        return first
    high, low = readings if len(readings) == 2 else (first[..., ::2], first[..., 1::2])
    return (high.astype(np.uint16) << 8) | low


def _with_alpha(samples: np.ndarray, key: int | tuple[int, ...] | None, bits: int) -> np.ndarray:
    """Turn samples into 8 bits: (H, W, S) => (H, W, S) uint8, with one more if there is a key."""
    pixels = values.levels(16).take(samples) if bits == 16 else samples
    if key is None:
        return pixels
    return np.concatenate([pixels, _visible(samples, key, bits)], axis=2)


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
