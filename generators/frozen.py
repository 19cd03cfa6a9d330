"""Speeds up a frozen network's 3x3 convolutions by Winograd's method, transforming weights once."""

import copy
from typing import TypeGuard

import torch
from torch import Tensor, nn

from generators import winograd
from generators.layers import WINOGRAD_CHANNELS, is_plain_cpu


class FrozenConv(nn.Module):
    """A 3x3 convolution with zero padding whose weights no longer change: NCHW => NCHW."""

    def __init__(self, conv: nn.Conv2d):
        super().__init__()
        self.conv = conv
        self.kernels: Tensor
        self.register_buffer("kernels", winograd.transform(conv.weight.detach()), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        if not (is_plain_cpu(images) and winograd.suits(images)):
            plain: Tensor = self.conv(images)
            return plain
        convolved = winograd.convolve(images, self.kernels, "zeros")
        return convolved if self.conv.bias is None else convolved + self.conv.bias.view(1, -1, 1, 1)


def frozen(network: nn.Module, device: torch.device) -> nn.Module:
    """Return a copy in eval mode on the device; gradients are computed for its inputs only."""
    copied = copy.deepcopy(network).to(device).eval().requires_grad_(False)
    if device.type == "cpu":
        for parent in list(copied.modules()):
            for name, child in list(parent.named_children()):
                if _is_replaceable(child):
                    setattr(parent, name, FrozenConv(child))
    return copied


def _is_replaceable(module: nn.Module) -> TypeGuard[nn.Conv2d]:
    """Tell whether a module is a dense, wide 3x3 convolution of stride 1 with zero padding."""
    return (
        isinstance(module, nn.Conv2d)
        and module.kernel_size == (3, 3)
        and module.stride == module.dilation == module.padding == (1, 1)
        and module.groups == 1
        and module.padding_mode == "zeros"
        and module.in_channels >= WINOGRAD_CHANNELS
    )
