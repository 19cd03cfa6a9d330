"""Expands the run-length encoding of BMP files, RLE8 and RLE4."""

import numpy as np

from faces.pixels.refused import Refused

END_OF_ROW, END_OF_IMAGE, DELTA = 0, 1, 2


def expand(data: bytes, width_px: int, height_px: int, bits: int) -> np.ndarray:
    """Expand runs of `bits`, 8 or 4: => (H, W) uint8 palette indices, in the order of the file.

    Pixels that are skipped get index 0. Raises Refused where the end is missing.
    """
    image = np.zeros((height_px, width_px), np.uint8)
    position = x = y = 0
    while position + 2 <= len(data) and y < height_px:
        count, code = data[position], data[position + 1]
        position += 2
        if count:
            run = _pixels(bytes([code]) * (count if bits == 8 else (count + 1) // 2), bits)
        elif code == END_OF_IMAGE:
            return image
        elif code == END_OF_ROW:
            x, y = 0, y + 1
            continue
        elif code == DELTA:
            x, y = x + data[position], y + data[position + 1]
            position += 2
            continue
        else:
            count, length = code, (code * bits + 7) // 8
            run = _pixels(data[position : position + length], bits)
            position += length + length % 2
        part = run[:count][: max(0, width_px - x)]
        image[y, x : x + len(part)] = part
        x += count
    if y < height_px:
        raise Refused("truncated")
    return image


def _pixels(packed: bytes, bits: int) -> np.ndarray:
    """Unpack bytes of one or two palette indices, the upper half first: => (N,) uint8."""
    single = np.frombuffer(packed, np.uint8)
    return single if bits == 8 else np.stack([single >> 4, single & 15], axis=1).ravel()
