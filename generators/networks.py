"""Defines the two networks of CycleGAN (Zhu et al. 2017, appendix 7.2).

Modules have the names of the published implementation (`model.<i>`, `conv_block.<i>`), including
biases before normalization, so that published weights load by name and by order.
`generators.layers` computes the layers: the same functions, faster on a processor.
"""

import torch
from torch import Tensor, nn

from generators.layers import (
    FloatTanh,
    InstanceNorm,
    NarrowConv,
    PaddedConv,
    UnbiasedConv,
    UnbiasedTransposedConv,
    channels_last,
)

INIT_STD = 0.02


class ResidualBlock(nn.Module):
    """`Rk`: x + norm(conv(relu(norm(conv(x))))), 3x3 with reflection padding.

    NCHW => the same shape.
    """

    def __init__(self, channels: int):
        super().__init__()
        self.conv_block = nn.Sequential(
            nn.Identity(),  # the published implementation pads here; PaddedConv does it itself
            PaddedConv(channels),
            InstanceNorm(),
            _relu(),
            nn.Identity(),
            PaddedConv(channels),
            InstanceNorm(),
        )

    def forward(self, images: Tensor) -> Tensor:
        return images + self.conv_block(images)


class ResnetGenerator(nn.Module):
    """`c7s1-w, d2w, d4w, R4w x blocks, u2w, uw, c7s1-3`, tanh.

    NCHW float32 in [-1, 1], height and width multiples of 4 => the same shape, in [-1, 1].
    """

    def __init__(self, width: int, blocks: int, in_channels: int = 3, out_channels: int = 3):
        super().__init__()
        self.arguments = {
            "width": width,
            "blocks": blocks,
            "in_channels": in_channels,
            "out_channels": out_channels,
        }
        first = [
            nn.ReflectionPad2d(3),
            UnbiasedConv(in_channels, width, 7),
            InstanceNorm(),
            _relu(),
        ]
        body = [ResidualBlock(4 * width) for _ in range(blocks)]
        last = [nn.ReflectionPad2d(3), NarrowConv(width, out_channels, 7), FloatTanh()]
        self.model = nn.Sequential(
            *first,
            *_down(width),
            *_down(2 * width),
            *body,
            *_up(4 * width),
            *_up(2 * width),
            *last,
        )

    def forward(self, images: Tensor) -> Tensor:
        return self.model(channels_last(images))


class PatchDiscriminator(nn.Module):
    """The 70x70 PatchGAN `cw (no norm), c2w, c4w` of stride 2, `c8w` of stride 1, one channel out.

    NCHW float32 in [-1, 1] => (N, 1, H', W') float32 without bound, one score per 70x70 patch.
    """

    def __init__(self, width: int, in_channels: int = 3):
        super().__init__()
        self.model = nn.Sequential(
            nn.Conv2d(in_channels, width, 4, stride=2, padding=1),
            _leaky_relu(),
            *_patch_layer(width, stride=2),
            *_patch_layer(2 * width, stride=2),
            *_patch_layer(4 * width, stride=1),
            nn.Conv2d(8 * width, 1, 4, padding=1),
        )

    def forward(self, images: Tensor) -> Tensor:
        return self.model(channels_last(images))


def _relu() -> nn.Module:
    return nn.ReLU(inplace=True)


def _leaky_relu() -> nn.Module:
    return nn.LeakyReLU(0.2, inplace=True)


def _down(channels: int) -> list[nn.Module]:
    """Return a layer `dk`, which halves the sides and doubles the channels."""
    return [UnbiasedConv(channels, 2 * channels, 3, stride=2, padding=1), InstanceNorm(), _relu()]


def _up(channels: int) -> list[nn.Module]:
    """Return a layer `uk`, which doubles the sides and halves the channels."""
    conv = UnbiasedTransposedConv(channels, channels // 2, 3, 2, padding=1, output_padding=1)
    return [conv, InstanceNorm(), _relu()]


def _patch_layer(channels: int, stride: int) -> list[nn.Module]:
    """Return a discriminator layer: 4x4 convolution that doubles the channels, norm, leaky ReLU."""
    return [
        UnbiasedConv(channels, 2 * channels, 4, stride=stride, padding=1),
        InstanceNorm(),
        _leaky_relu(),
    ]


@torch.no_grad()
def initialize(network: nn.Module, generator: torch.Generator) -> None:
    """Draw every weight from normal(0, 0.02) and set the biases to 0 (Zhu et al. 2017, 7.1)."""
    for name, parameter in network.named_parameters():
        if name.endswith("bias"):
            parameter.zero_()
        else:
            parameter.normal_(0.0, INIT_STD, generator=generator)
