"""Defines the loss functions of the translators, pure functions of tensors to a scalar.

They compute in float32 at least, also if the networks compute in bfloat16, whose eight bits would
make a mean over an image wrong in its third digit. All return a scalar, () float32 or float64.
"""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor

from faces.common.compute import at_least_float32


def distance_to_real(scores: Tensor) -> Tensor:
    """Return the least-squares distance to 1, mean (D(y) - 1)^2; any shape.

    Mao et al. 2017, eq. 9.
    """
    return (at_least_float32(scores) - 1).square().mean()


def distance_to_fake(scores: Tensor) -> Tensor:
    """Return the least-squares distance to 0, mean D(G(x))^2; any shape.

    Mao et al. 2017, eq. 9.
    """
    return at_least_float32(scores).square().mean()


def discriminator(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """Return half the sum of both least-squares terms; any shapes (Zhu et al. 2017, 4)."""
    return (distance_to_real(real_scores) + distance_to_fake(fake_scores)) / 2


def cycle(images: Tensor, reconstruction: Tensor) -> Tensor:
    """Return the cycle loss, mean |F(G(x)) - x|; NCHW in [-1, 1] (Zhu et al. 2017, eq. 2)."""
    return F.l1_loss(at_least_float32(reconstruction), at_least_float32(images))


def identity(images: Tensor, same: Tensor) -> Tensor:
    """Return the identity loss, mean |G(y) - y| for images y of the spectrum that G makes.

    Both are NCHW in [-1, 1] (Zhu et al. 2017, 5.2).
    """
    return F.l1_loss(at_least_float32(same), at_least_float32(images))


def perceptual(real: Sequence[Tensor], reconstruction: Sequence[Tensor]) -> Tensor:
    """Return the mean squared difference of features, averaged over the layers they are taken from.

    `real` and `reconstruction` hold one NCHW tensor per layer, of equal shapes (Johnson et al.
    2016, eq. 2).
    """
    layers = [
        F.mse_loss(at_least_float32(ours), at_least_float32(theirs))
        for theirs, ours in zip(real, reconstruction, strict=True)
    ]
    return sum(layers[1:], start=layers[0]) / len(layers)
