"""Measures the light of a sampled image: how bright it is, and whether it has colours."""

from dataclasses import dataclass

import numpy as np

from faces.luminance import luminance

THINNED_PX = 256  # rows and columns that are looked at, about
LEAST_COLOUR = 2.0  # mean difference of an image's channels: more than JPEG makes of grey
LEAST_SHARE = 0.05  # of that difference in the brightest channel


@dataclass(frozen=True)
class Light:
    """The light of an image, of which values go from 0 to 255.

    brightest: the largest value of the pixels that a run uses. mean: of the luminance. coloured:
    whether the file has colours.
    """

    brightest: int
    mean: float
    coloured: bool


def light_of(in_file: np.ndarray, used: np.ndarray) -> Light:
    """Measure an image, (H, W, 1 or 3) uint8, as it is in its file and as a run uses it."""
    thinned = _thinned(in_file)
    return Light(int(used.max()), float(luminance(thinned).mean()), is_coloured(thinned))


def _thinned(pixels: np.ndarray) -> np.ndarray:
    """Leave out rows and columns of a large image, (H, W, C)."""
    down, across = (max(1, side // THINNED_PX) for side in pixels.shape[:2])
    return pixels[::down, ::across]


def is_coloured(pixels: np.ndarray) -> bool:
    """Tell whether an image, (H, W, 1 or 3) uint8, has colours."""
    brightest, darkest = pixels.max(axis=2).astype(float), pixels.min(axis=2)
    difference = float((brightest - darkest).mean())
    return difference > LEAST_COLOUR and difference > LEAST_SHARE * float(brightest.mean())
