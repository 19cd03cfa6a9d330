"""Computes the likeness of images of the same shot: structure, pixels, and identity.

torchmetrics imports torchvision, which may need faces.common.torchvision_cpu first; so it is
imported where it is used, and only by those who measure.
"""

import numpy as np
import torch
from torch import Tensor

from faces.common import torchvision_cpu

GREY_LEVELS = 255.0
BATCH = 64


@torch.inference_mode()
def ssim(a: Tensor, b: Tensor) -> np.ndarray:
    """(N,) float64 structural similarities of (N, C, H, W) uint8 pairs, sides of 11 px and more.

    Wang et al. 2004: Gaussian window of sigma 1.5 in 11 x 11 pixels round every pixel, the edges
    mirrored; K1 = 0.01, K2 = 0.03, data range 255, whatever range the images use.
    """
    torchvision_cpu.ensure()
    from torchmetrics.functional.image import structural_similarity_index_measure

    values = []
    for x, y in zip(a.split(BATCH), b.split(BATCH), strict=True):
        found = structural_similarity_index_measure(
            x.float(),
            y.float(),
            sigma=1.5,
            kernel_size=11,
            data_range=GREY_LEVELS,
            reduction="none",
        )
        assert isinstance(found, Tensor), "only a full image is returned beside the values"
        values.append(found.reshape(-1))
    return torch.cat(values).double().cpu().numpy()


@torch.inference_mode()
def psnr(a: Tensor, b: Tensor) -> np.ndarray:
    """(N,) float64 decibels of (N, C, H, W) uint8 pairs, data range 255; inf for equal images."""
    torchvision_cpu.ensure()
    from torchmetrics.functional.image import peak_signal_noise_ratio

    decibels = peak_signal_noise_ratio(
        a.double(), b.double(), data_range=GREY_LEVELS, reduction="none", dim=(1, 2, 3)
    )
    return decibels.cpu().numpy()


def identity(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(N,) float64 cosines of (N, D) face embeddings, row by row.

    Embeddings of strangers are alike too, since all share a mean: read it beside other rows.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    return (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
