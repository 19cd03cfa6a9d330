"""Measures whether fakes are copies: how near each lies to a training image of its translator.

Translators trained on few images can repeat them (Feng et al. 2021, "When do GANs replicate?").
Near means near in the image itself: 32 px, every image at mean 0 and length 1, so that brightness
and contrast hide no copy. How near is too near is set by the training images: by their distances
to each other.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch.nn.functional as F
from torch import Tensor

SIDE_PX = 32
QUANTILE = 0.01  # of the training images' own distances: what lies closer is suspicious
BLOCK_VALUES = 2**22  # 32 MiB: all pairs of 30,000 images would be 7 GB


@dataclass(frozen=True)
class Nearest:
    """Per image its nearest training image, `rows`, and the `distances`, 0 to 2."""

    rows: np.ndarray
    distances: np.ndarray


def nearest(images: np.ndarray, training: np.ndarray, values: int = BLOCK_VALUES) -> Nearest:
    """(N, D) and (M, D) `flattened` images; M at least 1. `values`: cosines held at a time."""
    rows, cosines = np.empty(len(images), int), np.empty(len(images))
    for block, alike in _cosines_by_block(images, training, values):
        rows[block], cosines[block] = alike.argmax(1), alike.max(1)
    return Nearest(rows, distance(cosines))


def closest_allowed(
    training: np.ndarray, quantile: float = QUANTILE, values: int = BLOCK_VALUES
) -> float:
    """Gives the distance below which a `quantile` of (M, D) training images have another one.

    Subjects are not held apart: two shots of one person may be nearly one image, and then a fake
    may be as near without being a copy.
    """
    cosines = np.empty(len(training))
    for block, alike in _cosines_by_block(training, training, values):
        alike[np.arange(len(alike)), np.arange(len(training))[block]] = -1
        cosines[block] = alike.max(1)
    return float(np.quantile(distance(cosines), quantile))


def _cosines_by_block(
    images: np.ndarray, training: np.ndarray, values: int
) -> Iterator[tuple[slice, np.ndarray]]:
    """Consecutive rows of (N, D) images, and their (rows, M) cosines with (M, D) others."""
    step = max(1, values // len(training))
    for start in range(0, len(images), step):
        block = slice(start, start + step)
        yield block, images[block] @ training.T


def distance(cosines: np.ndarray) -> np.ndarray:
    """Gives Euclidean distances, 0 to 2, of vectors of length 1 from their cosines, any shape."""
    return np.sqrt(np.maximum(0, 2 - 2 * cosines))


def flattened(images: Tensor) -> np.ndarray:
    """(N, 1, S, S) uint8 -> (N, 1024) float64 of mean 0 and length 1; all 0 for a flat image."""
    x = images.double()
    if x.shape[-1] != SIDE_PX:
        x = F.interpolate(x, (SIDE_PX, SIDE_PX), mode="bilinear", antialias=True)
    x = x.flatten(1)
    return F.normalize(x - x.mean(1, keepdim=True), eps=1e-6).cpu().numpy()
