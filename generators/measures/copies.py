"""Whether fakes are copies: how near each lies to an image that the translator was trained on.

Translators trained on few images can repeat them (Feng et al. 2021, "When do GANs replicate?").
Near means near in the image itself: 32 px, every image at mean 0 and length 1, so that brightness
and contrast hide no copy. What near is, the training images tell: each has a nearest one too.
"""

from dataclasses import dataclass

import numpy as np
import torch.nn.functional as F
from torch import Tensor

SIDE_PX = 32
QUANTILE = 0.01  # of the training images' own distances: what lies closer is suspicious


@dataclass(frozen=True)
class Nearest:
    """Per image its nearest training image, `rows`, and the `distances`, 0 to 2."""

    rows: np.ndarray
    distances: np.ndarray


def nearest(images: np.ndarray, training: np.ndarray) -> Nearest:
    """(N, D) and (M, D) `flattened` images; M at least 1."""
    alike = images @ training.T
    rows = alike.argmax(1)
    return Nearest(rows, distance(alike[np.arange(len(images)), rows]))


def closest_allowed(training: np.ndarray, quantile: float = QUANTILE) -> float:
    """The distance below which only a `quantile` of training images have another one.

    Subjects are not held apart: two shots of one person may be nearly one image, and then a fake
    may be as near without being a copy.
    """
    alike = training @ training.T
    np.fill_diagonal(alike, -1)
    return float(np.quantile(distance(alike.max(1)), quantile))


def distance(cosines: np.ndarray) -> np.ndarray:
    """Euclidean distances of vectors of length 1."""
    return np.sqrt(np.maximum(0, 2 - 2 * cosines))


def flattened(images: Tensor) -> np.ndarray:
    """(N, 1, S, S) uint8 => (N, 1024) float64 of mean 0 and length 1; all 0 for a flat image."""
    x = images.double()
    if x.shape[-1] != SIDE_PX:
        x = F.interpolate(x, (SIDE_PX, SIDE_PX), mode="bilinear", antialias=True)
    x = x.flatten(1)
    return F.normalize(x - x.mean(1, keepdim=True), eps=1e-6).cpu().numpy()
