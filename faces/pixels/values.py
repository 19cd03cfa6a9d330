"""Turns samples of any range, palette or transparency into 8-bit pixels, in one way for all files.

A sample v becomes round(v * 255 / max), where max = 2^bits - 1; if 0 is white, max - v takes its
place. Transparent pixels are blended with black.
"""

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image

from faces.common.bands import from_bands
from faces.pixels.refused import Refused

SIDEWAYS = (5, 6, 7, 8)  # the positions of EXIF that exchange width and height


def levels(bits: int, white_is_zero: bool = False) -> np.ndarray:
    """Return the pixel value of each sample of `bits` <= 16 bits: => (2^bits,) uint8."""
    maximum = 2**bits - 1
    samples = np.arange(maximum + 1, dtype=np.uint32)
    table = ((samples * 255 + maximum // 2) // maximum).astype(np.uint8)
    return table[::-1] if white_is_zero else table


def of_rows(
    images: Sequence[Image.Image], convert: Callable[[list[np.ndarray]], np.ndarray]
) -> np.ndarray:
    """Convert some rows of loaded images of one size at a time: => (H, ...).

    `convert` gets those rows of each image, (H, W) or (H, W, C); no array of a whole image is made.
    """
    width_px, height_px = images[0].size

    def part(rows: slice) -> np.ndarray:
        box = (0, rows.start, width_px, rows.stop)
        return convert([np.asarray(image.crop(box)) for image in images])

    return from_bands(height_px, width_px * len(images[0].getbands()), part)


def unpack_bits(rows: np.ndarray, bits: int, count: int) -> np.ndarray:
    """Unpack samples of `bits` <= 16 bits: (H, row bytes) uint8 => (H, count) uint8 or uint16.

    The first sample of a row is in the highest bits of its first byte.
    """
    if bits == 8:
        return rows[:, :count]
    single = np.unpackbits(rows, axis=1, count=count * bits).reshape(len(rows), count, bits)
    dtype = np.uint8 if bits <= 8 else np.uint16
    samples = np.zeros((len(rows), count), dtype)
    for place in range(bits):
        samples = (samples << 1) | single[..., place]
    return samples


def through_palette(indices: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """Look up colours: (H, W) and (N, 3) uint8 => (H, W, 3) uint8, or (H, W, 1) if all are grey.

    Raises Refused where an index has no colour.
    """
    if indices.max() >= len(palette):
        raise Refused("its palette lacks a colour that it uses")
    if np.array_equal(palette, levels(8)[:, None].repeat(3, axis=1)):
        return indices[..., None]
    grey = (palette == palette[:, :1]).all()
    return palette[:, : 1 if grey else 3].take(indices, axis=0)


def over_black(colours: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Blend pixels with black: (H, W, C) and (H, W, 1) uint8 => (H, W, C) uint8.

    An alpha that is zero everywhere hides the whole image, and is ignored: its writer meant none.
    """
    return blend(colours, alpha) if alpha.any() else colours


def blend(values: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Compute round(value * share / 255): (H, W, C) and (H, W, 1) uint8 => (H, W, C) uint8."""

    def part(rows: slice) -> np.ndarray:
        product = values[rows].astype(np.uint16) * shares[rows]
        return ((product + np.uint16(127)) // np.uint16(255)).astype(np.uint8)

    return from_bands(len(values), values[:1].size, part)


def from_inks(inks: np.ndarray) -> np.ndarray:
    """Convert CMYK, 255 being full ink: (H, W, 4) uint8 => RGB, (H, W, 3) uint8."""
    return blend(255 - inks[..., :3], 255 - inks[..., 3:])


def upright(pixels: np.ndarray, orientation: int | None) -> np.ndarray:
    """Turn an image upright: (H, W, C) uint8 => (H, W, C) or (W, H, C) uint8.

    orientation: 1 to 8, as EXIF numbers them; anything else means upright.
    """
    if orientation in SIDEWAYS:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
