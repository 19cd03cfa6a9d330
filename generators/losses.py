"""Defines the loss functions of the translators, pure functions of tensors to a scalar.

They compute in float32 at least, whatever the networks compute in: bfloat16 has eight bits, with
which a mean over an image is wrong in its third digit.
"""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor

from faces.common.compute import at_least_float32


def distance_to_real(scores: Tensor) -> Tensor:
    """Least-squares distance to 1: mean (D(y) - 1)^2 (Mao et al. 2017, eq. 9; any shape)."""
    return (at_least_float32(scores) - 1).square().mean()


def distance_to_fake(scores: Tensor) -> Tensor:
    """Least-squares distance to 0: mean D(G(x))^2 (Mao et al. 2017, eq. 9; any shape)."""
    return at_least_float32(scores).square().mean()


def discriminator(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """Gives half of both least-squares terms of scores of any shape (Zhu et al. 2017, 4)."""
    return (distance_to_real(real_scores) + distance_to_fake(fake_scores)) / 2


def cycle(images: Tensor, reconstruction: Tensor) -> Tensor:
    """Mean |F(G(x)) - x| (Zhu et al. 2017, eq. 2). Both NCHW in [-1, 1]."""
    return F.l1_loss(at_least_float32(reconstruction), at_least_float32(images))


def identity(images: Tensor, same: Tensor) -> Tensor:
    """Mean |G(y) - y| for y already of G's target (Zhu et al. 2017, 5.2). Both NCHW in [-1, 1]."""
    return F.l1_loss(at_least_float32(same), at_least_float32(images))


def perceptual(real: Sequence[Tensor], reconstruction: Sequence[Tensor]) -> Tensor:
    """Mean over the taps of the mean squared difference of features (Johnson et al. 2016, eq. 2).

    `real` and `reconstruction` hold one NCHW tensor per tap, of equal shapes.
    """
    taps = [
        F.mse_loss(at_least_float32(ours), at_least_float32(theirs))
        for theirs, ours in zip(real, reconstruction, strict=True)
    ]
    return sum(taps[1:], start=taps[0]) / len(taps)
