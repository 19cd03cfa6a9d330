"""Decodes TIFF files: grey, RGB, CMYK and palettes of 1 to 16 bits a sample, however arranged."""

import io

import numpy as np
from PIL.TiffImagePlugin import TiffImageFile

from faces.pixels import tiff_layout, values
from faces.pixels.tiff_bytes import open_bytes
from faces.pixels.tiff_layout import Layout

OVER_8_BITS = 256  # palettes hold 16 bits, but those of some writers 8


def decode(data: bytes) -> np.ndarray:
    """Decode the first image of a TIFF: => (H, W, 1 or 3) uint8, upright.

    Raises Refused; for damaged files other errors too.
    """
    layout = tiff_layout.read_layout(data)
    if layout.compression in (*tiff_layout.FAX, tiff_layout.JPEG):
        return _by_pillow(data)
    pixels = _coloured(_samples(data, layout), layout)
    return values.upright(pixels, layout.directory.number(tiff_layout.ORIENTATION, 1))


def _by_pillow(data: bytes) -> np.ndarray:
    """Decode a compression that determines the samples: => (H, W, 1 or 3) uint8, upright."""
    with TiffImageFile(io.BytesIO(data)) as image:
        image.load()
        if image.mode == "CMYK":
            return values.from_inks(np.asarray(image))
        pixels = np.asarray(image.convert("L" if image.mode in ("1", "L") else "RGB"))
        return pixels if pixels.ndim == 3 else pixels[..., None]


def _coloured(samples: np.ndarray, layout: Layout) -> np.ndarray:
    """Convert samples of 8 bits: (H, W, S) uint8 => (H, W, 1 or 3) uint8."""
    pixels = samples[..., : layout.colours]
    if layout.photometric == tiff_layout.THROUGH_PALETTE:
        pixels = values.through_palette(pixels[..., 0], _palette(layout))
    elif layout.photometric == tiff_layout.CMYK:
        pixels = values.from_inks(pixels)
    if layout.alpha is None:
        return pixels
    return values.over_black(pixels, samples[..., layout.alpha, None])


def _palette(layout: Layout) -> np.ndarray:
    """Read the palette: => (N, 3) uint8."""
    stated = np.array(layout.directory.numbers(tiff_layout.PALETTE)).reshape(3, -1).T
    return (stated if stated.max() < OVER_8_BITS else stated >> 8).astype(np.uint8)


def _samples(data: bytes, layout: Layout) -> np.ndarray:
    """Read the samples, turned into 8 bits: => (H, W, S) uint8; indices of a palette as they are.

    Where samples of each kind lie apart, those behind the last that is needed are left out.
    """
    if layout.planes == 1:
        return _plane(data, layout, 0)
    wanted = layout.colours if layout.alpha is None else layout.alpha + 1
    return np.concatenate([_plane(data, layout, plane) for plane in range(wanted)], axis=2)


def _plane(data: bytes, layout: Layout, plane: int) -> np.ndarray:
    """Read the samples that lie together: => (H, W, samples that lie together) uint8."""
    with open_bytes(data, layout, plane) as image:
        image.load()
        return values.of_rows([image], lambda rows: _eight_bits(_unpacked(rows[0], layout), layout))


def _unpacked(rows: np.ndarray, layout: Layout) -> np.ndarray:
    """Unpack some rows: (H, row bytes) uint8 => (H, W, samples) uint8 or uint16."""
    count = layout.width_px * layout.together
    if layout.bits == 16:
        words = rows.view(f"{layout.directory.order}u2").astype(np.uint16)
    else:
        words = values.unpack_bits(rows, layout.bits, count)
    return words.reshape(len(rows), layout.width_px, layout.together)


def _eight_bits(samples: np.ndarray, layout: Layout) -> np.ndarray:
    """Turn samples into 8 bits: (H, W, S) uint8 or uint16 => (H, W, S) uint8."""
    if layout.differences:
        samples = _summed(samples, layout.tile_width_px or layout.width_px)
    white_is_zero = layout.photometric == tiff_layout.WHITE_IS_ZERO
    as_they_are = layout.bits == 8 and not white_is_zero
    if as_they_are or layout.photometric == tiff_layout.THROUGH_PALETTE:
        return samples
    return values.levels(layout.bits, white_is_zero).take(samples)


def _summed(differences: np.ndarray, tile_width_px: int) -> np.ndarray:
    """Undo the predictor: each sample is stored as the difference to its left one in the tile."""
    result = np.empty_like(differences)
    for left in range(0, differences.shape[1], tile_width_px):
        columns = slice(left, left + tile_width_px)
        np.cumsum(differences[:, columns], axis=1, dtype=result.dtype, out=result[:, columns])
    return result
