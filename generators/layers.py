"""Defines layers for the networks; each computes exactly what its plain counterpart does.

On a processor in float32 or float64 they compute the same values by faster methods (equal to
1e-12 in float64, as tests check), with images in channels_last order: oneDNN's convolutions and
batch norm are faster in that order, especially their gradients. The plain operations are used on a
GPU, under autocast, for shapes that do not fit, in the context `fast_layers(False)`, and for
gradients that are differentiated again, as those of a gradient penalty. A bias before an instance
norm is kept as a parameter, so that published weights load, but it is never added: subtracting the
mean cancels it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from faces.common.compute import at_least_float32
from generators import winograd
from generators.gradients import Context, differentiable

EPSILON = 1e-5
WINOGRAD_CHANNELS = 32  # with fewer, the look-ups cost more than the saved products


_fast: ContextVar[bool] = ContextVar("fast_layers", default=True)


@contextmanager
def fast_layers(enabled: bool) -> Iterator[None]:
    """Enable or disable the faster methods of a processor, as a context or a decorator."""
    before = _fast.set(enabled)
    try:
        yield
    finally:
        _fast.reset(before)


def is_plain_cpu(images: Tensor) -> bool:
    """Tell whether the faster methods of a processor apply to these NCHW images."""
    return (
        _fast.get()
        and images.device.type == "cpu"
        and images.dtype in (torch.float32, torch.float64)
        and not torch.is_autocast_enabled("cpu")
    )


def channels_last(images: Tensor) -> Tensor:
    """Return the same NCHW images, stored in channels_last order."""
    return images.contiguous(memory_format=torch.channels_last)


class UnbiasedConv(nn.Conv2d):
    """A convolution before an instance norm: NCHW => NCHW. Its bias has no effect."""

    def forward(self, images: Tensor) -> Tensor:
        return F.conv2d(images, self.weight, None, self.stride, self.padding)


class UnbiasedTransposedConv(nn.ConvTranspose2d):
    """A fractionally strided convolution before an instance norm; see `UnbiasedConv`."""

    def forward(self, images: Tensor, output_size: list[int] | None = None) -> Tensor:
        """Convolve: NCHW => NCHW; `output_size` must be left out."""
        assert output_size is None, "the output's size follows from the stride"
        stride, padding, extra = self.stride, self.padding, self.output_padding
        assert isinstance(padding, tuple)
        return F.conv_transpose2d(images, self.weight, None, stride, padding, extra)


class PaddedConv(nn.Conv2d):
    """A 3x3 convolution of stride 1 with reflection padding: NCHW => the same shape."""

    def __init__(self, channels: int):
        super().__init__(channels, channels, 3)

    def forward(self, images: Tensor) -> Tensor:
        if self.suits_winograd(images):
            return winograd.convolve(images, winograd.transform(self.weight), "reflect")
        return F.conv2d(F.pad(images, (1, 1, 1, 1), mode="reflect"), self.weight)

    def suits_winograd(self, images: Tensor) -> bool:
        """Tell whether Winograd's method is possible for NCHW images, and faster."""
        wide = self.in_channels >= WINOGRAD_CHANNELS
        return wide and is_plain_cpu(images) and winograd.suits(images)


class NarrowConv(nn.Conv2d):
    """A convolution of stride 1 without padding to few channels: NCHW => NCHW."""

    def forward(self, images: Tensor) -> Tensor:
        if not is_plain_cpu(images) or self.bias is None:
            return super().forward(images)
        convolved: Tensor = NarrowConvFunction.apply(channels_last(images), self.weight)
        return convolved + self.bias.view(1, -1, 1, 1)


class NarrowConvFunction(torch.autograd.Function):
    """A convolution to few channels. oneDNN computes 8 at a time, most of them in vain for 3.

    Forward, the kernel's k rows become output channels of a 1 x k convolution, and the k shifted
    results are added. The weight's gradient is that of the convolution with roles exchanged.
    """

    @staticmethod
    def forward(context: Context, images: Tensor, weight: Tensor) -> Tensor:
        context.save_for_backward(images, weight)
        in_channels, side = weight.shape[1:3]
        kernels = weight.permute(2, 0, 1, 3).reshape(-1, in_channels, 1, side)
        by_row = F.conv2d(images, kernels).chunk(side, dim=1)
        height = images.shape[2] - side + 1
        total = by_row[0][:, :, :height].clone()
        for shift, rows in enumerate(by_row[1:], start=1):
            total += rows[:, :, shift : shift + height]
        return total

    @staticmethod
    def backward(context: Context, gradient: Tensor) -> tuple[Tensor | None, ...]:
        images, weight = context.saved_tensors
        if torch.is_grad_enabled():
            return differentiable(F.conv2d, (images, weight), gradient)
        gradient = channels_last(gradient)
        images_gradient = weight_gradient = None
        if context.needs_input_grad[0]:
            images_gradient = _conv_gradient(
                gradient, images, weight, padding=0, wanted=(True, False, False)
            )[0]
        if context.needs_input_grad[1]:
            margin, wide = weight.shape[-1] - 1, weight.transpose(0, 1).contiguous()
            turned = _conv_gradient(
                images, gradient, wide, padding=margin, wanted=(False, True, False)
            )[1]
            weight_gradient = turned.flip(2, 3).transpose(0, 1)
        return images_gradient, weight_gradient


def _conv_gradient(
    gradient: Tensor, images: Tensor, weight: Tensor, *, padding: int, wanted: tuple[bool, ...]
) -> tuple[Tensor, ...]:
    """Return the gradients of images, weight and bias of a convolution, where `wanted`."""
    return torch.ops.aten.convolution_backward(
        gradient, images, weight, None, [1, 1], [padding] * 2, [1, 1], False, [0, 0], 1, wanted
    )


class InstanceNorm(nn.Module):
    """Zero mean and unit variance for each channel of each image: NCHW => the same shape."""

    def forward(self, images: Tensor) -> Tensor:
        if is_plain_cpu(images):
            normed: Tensor = InstanceNormFunction.apply(channels_last(images))
            return normed
        return _instance_norm(images)


def _instance_norm(images: Tensor) -> Tensor:
    """Normalize by the plain operation: NCHW => the same shape."""
    return F.instance_norm(images, eps=EPSILON)


class InstanceNormFunction(torch.autograd.Function):
    """Instance norm by batch norm of single images, since the stock one undoes channels_last."""

    @staticmethod
    def forward(context: Context, images: Tensor) -> Tensor:
        normed = torch.empty_like(images)
        statistics = images.new_empty(2, *images.shape[:2])
        for row, image in enumerate(images.split(1)):
            out = (normed[row : row + 1], statistics[0, row], statistics[1, row])
            torch.native_batch_norm(image, None, None, None, None, True, 0.0, EPSILON, out=out)
        context.save_for_backward(images, statistics)
        return normed

    @staticmethod
    def backward(context: Context, gradient: Tensor) -> Tensor | None:
        images, statistics = context.saved_tensors
        if torch.is_grad_enabled():
            return differentiable(_instance_norm, (images,), gradient)[0]
        parts = zip(channels_last(gradient).split(1), images.split(1), *statistics, strict=True)
        gradients = [_norm_gradient(*part) for part in parts]
        return gradients[0] if len(gradients) == 1 else torch.cat(gradients)


def _norm_gradient(gradient: Tensor, image: Tensor, mean: Tensor, scale: Tensor) -> Tensor:
    """Return the gradient of one image, from its saved mean and inverse deviation per channel."""
    return torch.ops.aten.native_batch_norm_backward(
        gradient, image, None, None, None, mean, scale, True, EPSILON, [True, False, False]
    )[0]


class FloatTanh(nn.Module):
    """tanh of any shape in float32 at least: bfloat16 is coarser than the 8 bits of an image."""

    def forward(self, images: Tensor) -> Tensor:
        return torch.tanh(at_least_float32(images))
