"""Applies arithmetic to an image band by band, so that intermediate results need little memory."""

from collections.abc import Callable

import numpy as np

BAND_VALUES = 2**20  # of the image; in 32 bits they take 4 MB


def in_bands(function: Callable[[np.ndarray], np.ndarray], image: np.ndarray) -> np.ndarray:
    """Return `function(image)` of an image, (H, W, ...), in bands of rows, as one piece of memory.

    The function gives each pixel a value, or values, that depend on that pixel alone.
    """
    rows = max(1, BAND_VALUES // max(1, image[:1].size))
    if len(image) <= rows:
        return np.ascontiguousarray(function(image))
    first = function(image[:rows])
    result = np.empty((len(image), *first.shape[1:]), first.dtype)
    result[:rows] = first
    for top in range(rows, len(image), rows):
        result[top : top + rows] = function(image[top : top + rows])
    return result
