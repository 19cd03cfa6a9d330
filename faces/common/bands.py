"""Works on an image band by band, so that intermediate results need little memory."""

from collections.abc import Callable, Iterator

import numpy as np

BAND_VALUES = 2**20  # of the image; in 32 bits they take 4 MB


def bands(height: int, row_values: int) -> Iterator[slice]:
    """Yield the rows of an image in slices of about BAND_VALUES, one row at least if there is any.

    An image without rows is one slice.
    """
    step = max(1, BAND_VALUES // max(1, row_values))
    for top in range(0, max(1, height), step):
        yield slice(top, min(top + step, height))


def from_bands(height: int, row_values: int, make: Callable[[slice], np.ndarray]) -> np.ndarray:
    """Return an image of that many rows, (height, ...), of which `make` returns some at a time."""
    result = np.empty(0)
    for rows in bands(height, row_values):
        part = make(rows)
        if rows.start == 0:
            result = np.empty((height, *part.shape[1:]), part.dtype)
        result[rows] = part
    return result


def in_bands(function: Callable[[np.ndarray], np.ndarray], image: np.ndarray) -> np.ndarray:
    """Return `function(image)` of an image, (H, W, ...), in bands of rows, as one piece of memory.

    The function gives each pixel a value, or values, that depend on that pixel alone.
    """
    return from_bands(len(image), image[:1].size, lambda rows: function(image[rows]))
