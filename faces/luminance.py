"""Computes the luminance of RGB images by ITU-R BT.601, the weights of television."""

import numpy as np

SHARES = (0.299, 0.587, 0.114)  # of red, green and blue, for arithmetic in floats


def luminance(images: np.ndarray) -> np.ndarray:
    """(..., 3) or (..., 1) uint8 -> (..., 1) uint8, rounded half up; one channel stays as it is.

    0.299 R + 0.587 G + 0.114 B in sixteen-bit fixed point, the arithmetic of Pillow's mode "L".
    """
    if images.shape[-1] == 1:
        return images
    red, green, blue = np.moveaxis(images.astype(np.uint32), -1, 0)
    return ((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16).astype(np.uint8)[..., None]
