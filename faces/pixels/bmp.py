"""Decodes BMP files: palettes, 16, 24 and 32 bits with any masks, and run-length encoding."""

import numpy as np

from faces.common.bands import in_bands
from faces.pixels import values
from faces.pixels.bmp_header import RLE4, RLE8, USUAL_MASKS, Header, read_header
from faces.pixels.bmp_runs import expand
from faces.pixels.refused import Refused


def decode(data: bytes) -> np.ndarray:
    """Decode a BMP: => (H, W, 1 or 3) uint8. Raises Refused; for damaged files other errors too."""
    header = read_header(data)
    if header.compression in (RLE8, RLE4):
        indices = expand(data[header.start :], header.width_px, header.height_px, header.bits)
        return values.through_palette(_downwards(indices, header), header.palette)
    rows = _downwards(_rows(data, header), header)
    pixels = in_bands(lambda band: _converted(band, header), rows)
    has_alpha = pixels.shape[2] == 4
    return values.over_black(pixels[..., :3], pixels[..., 3:]) if has_alpha else pixels


def _downwards(rows: np.ndarray, header: Header) -> np.ndarray:
    """Return the rows from the top to the bottom."""
    return rows if header.top_down else rows[::-1]


def _rows(data: bytes, header: Header) -> np.ndarray:
    """Return the bytes of the pixels, (H, row bytes) uint8, without what fills up the rows.

    The filling of the last row may be missing.
    """
    used = (header.width_px * header.bits + 7) // 8
    row_bytes = (used + 3) // 4 * 4
    length = row_bytes * header.height_px
    found = np.frombuffer(data, np.uint8)[header.start : header.start + length]
    if len(found) < length - (row_bytes - used):
        raise Refused("truncated")
    whole = np.pad(found, (0, length - len(found))) if len(found) < length else found
    return whole.reshape(header.height_px, row_bytes)[:, :used]


def _converted(rows: np.ndarray, header: Header) -> np.ndarray:
    """Convert the bytes of some rows: (H, row bytes) uint8 => (H, W, 1, 3 or 4) uint8."""
    if header.bits <= 8:
        indices = values.unpack_bits(rows, header.bits, header.width_px)
        return values.through_palette(indices, header.palette)
    size = (len(rows), header.width_px)
    single = rows.reshape(*size, header.bits // 8)
    if header.masks == (*USUAL_MASKS[24], 0):
        return np.stack([single[..., 2], single[..., 1], single[..., 0]], axis=2)
    words = np.zeros((*size, 4), np.uint8)
    words[..., : header.bits // 8] = single
    pixels = words.view("<u4")[..., 0]
    return np.stack([_masked(pixels, mask) for mask in header.masks if mask], axis=2)


def _masked(pixels: np.ndarray, mask: int) -> np.ndarray:
    """Return the colour in some bits of each pixel: (H, W) uint32 => (H, W) uint8."""
    lowest_bit = (mask & -mask).bit_length() - 1
    samples = (pixels & np.uint32(mask)) >> np.uint32(lowest_bit)
    return values.levels(mask.bit_count()).take(samples)
