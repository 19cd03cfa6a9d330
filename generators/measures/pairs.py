"""Computes the similarity of images of the same shot: of structure, pixels and identity.

torchmetrics imports torchvision, which may need faces.common.torchvision_cpu first, so it is
imported only in the functions that use it.
"""

import numpy as np
import torch
from torch import Tensor

from faces.common import torchvision_cpu

GREY_LEVELS = 255.0
BATCH = 64


@torch.inference_mode()
def ssim(a: Tensor, b: Tensor) -> np.ndarray:
    """Return structural similarities: two of (N, C, H, W) uint8 => (N,) float64.

    Wang et al. 2004: Gaussian window of sigma 1.5 in 11 x 11 pixels around every pixel, mirrored
    edges; K1 = 0.01, K2 = 0.03, data range 255. Sides are at least 11 px.
    """
    torchvision_cpu.ensure()
    from torchmetrics.functional.image import structural_similarity_index_measure

    values = []
    for x, y in zip(a.split(BATCH), b.split(BATCH), strict=True):
        similarities = structural_similarity_index_measure(
            x.float(),
            y.float(),
            sigma=1.5,
            kernel_size=11,
            data_range=GREY_LEVELS,
            reduction="none",
        )
        assert isinstance(similarities, Tensor), "a tuple is returned only with the full image"
        values.append(similarities.reshape(-1))
    return torch.cat(values).double().cpu().numpy()


@torch.inference_mode()
def psnr(a: Tensor, b: Tensor) -> np.ndarray:
    """Return peak signal-to-noise ratios: two of (N, C, H, W) uint8 => (N,) float64 decibels.

    The data range is 255; equal images have inf.
    """
    torchvision_cpu.ensure()
    from torchmetrics.functional.image import peak_signal_noise_ratio

    decibels = peak_signal_noise_ratio(
        a.double(), b.double(), data_range=GREY_LEVELS, reduction="none", dim=(1, 2, 3)
    )
    return decibels.cpu().numpy()


def identity(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return cosines of face embeddings, row by row: two of (N, D) => (N,) float64.

    Embeddings of different people are similar, too, since all share a mean: compare with others.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    return (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
