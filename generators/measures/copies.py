"""Measures whether fakes are copies: the distance of each to the nearest training image.

Translators trained on few images can repeat them (Feng et al. 2021, "When do GANs replicate?").
Images are compared at 32 px, each normalized to mean 0 and length 1, so that a change of brightness
or contrast does not hide a copy. The limit comes from the distances of the training images to each
other.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch.nn.functional as F
from torch import Tensor

SIDE_PX = 32
QUANTILE = 0.01  # of the distances between training images; fakes that lie closer count as copies
BLOCK_VALUES = 2**22  # 32 MiB: all pairs of 30,000 images would be 7 GB


@dataclass(frozen=True)
class Nearest:
    """The nearest training image of each of N images.

    `rows`: (N,) int, its row number. `distances`: (N,) float64, 0 to 2.
    """

    rows: np.ndarray
    distances: np.ndarray


def nearest(images: np.ndarray, training: np.ndarray, values: int = BLOCK_VALUES) -> Nearest:
    """Return the nearest of (M, D) training images for each of (N, D) images, `flattened` ones.

    M is at least 1. `values` is the number of cosines in memory at a time.
    """
    rows, cosines = np.empty(len(images), int), np.empty(len(images))
    for block, cosines_of_block in _cosines_by_block(images, training, values):
        rows[block], cosines[block] = cosines_of_block.argmax(1), cosines_of_block.max(1)
    return Nearest(rows, distance(cosines))


def closest_allowed(
    training: np.ndarray, quantile: float = QUANTILE, values: int = BLOCK_VALUES
) -> float:
    """Return the distance below which a `quantile` of (M, D) training images have another one.

    The other image may show the same subject: two shots of one person may be nearly the same image,
    and a fake may be as near to one of them without being a copy.
    """
    cosines = np.empty(len(training))
    for block, cosines_of_block in _cosines_by_block(training, training, values):
        itself = np.arange(len(cosines_of_block)), np.arange(len(training))[block]
        cosines_of_block[itself] = -1
        cosines[block] = cosines_of_block.max(1)
    return float(np.quantile(distance(cosines), quantile))


def _cosines_by_block(
    images: np.ndarray, training: np.ndarray, values: int
) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield consecutive rows of (N, D) images, and their (rows, M) cosines with (M, D) others."""
    step = max(1, values // len(training))
    for start in range(0, len(images), step):
        block = slice(start, start + step)
        yield block, images[block] @ training.T


def distance(cosines: np.ndarray) -> np.ndarray:
    """Return the distances, 0 to 2, of vectors of length 1 from their cosines, of any shape."""
    return np.sqrt(np.maximum(0, 2 - 2 * cosines))


def flattened(images: Tensor) -> np.ndarray:
    """Normalize images to mean 0 and length 1: (N, 1, S, S) uint8 => (N, 1024) float64.

    An image of one grey level becomes 0.
    """
    x = images.double()
    if x.shape[-1] != SIDE_PX:
        x = F.interpolate(x, (SIDE_PX, SIDE_PX), mode="bilinear", antialias=True)
    x = x.flatten(1)
    return F.normalize(x - x.mean(1, keepdim=True), eps=1e-6).cpu().numpy()
