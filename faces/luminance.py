"""Computes the luminance of RGB images as ITU-R BT.601 defines it."""

import numpy as np

SHARES = (0.299, 0.587, 0.114)  # of red, green and blue, for arithmetic in floats


def luminance(images: np.ndarray) -> np.ndarray:
    """Compute the luminance: (..., 3) or (..., 1) uint8 => (..., 1) uint8 0..255.

    It is 0.299 R + 0.587 G + 0.114 B in sixteen-bit fixed point, rounded half up, the arithmetic of
    Pillow's mode "L". Images of one channel are returned as they are.
    """
    if images.shape[-1] == 1:
        return images
    red, green, blue = np.moveaxis(images.astype(np.uint32), -1, 0)
    return ((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16).astype(np.uint8)[..., None]
