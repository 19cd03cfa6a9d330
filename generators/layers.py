"""Defines layers for the networks; each computes exactly what its plain counterpart does.

On a processor in float32 or float64 they take faster ways to the same values (equal to 1e-12 in
float64, by test), with images in channels_last order: oneDNN's convolutions and batch norm are
faster there, above all the gradients. On a GPU, under autocast, for shapes that do not fit and in
the context `fast_layers(False)` they are the plain operations; so are gradients that are to be
differentiated again, as those of a gradient penalty. A bias before an instance norm is kept as a
parameter for the sake of published weights, but never added: the norm's mean takes it away again.
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
WINOGRAD_CHANNELS = 32  # below, the look-ups cost more than the products saved


_fast: ContextVar[bool] = ContextVar("fast_layers", default=True)


@contextmanager
def fast_layers(enabled: bool) -> Iterator[None]:
    """Gives a context, or a decorator, in which the faster ways of a processor are taken or not."""
    before = _fast.set(enabled)
    try:
        yield
    finally:
        _fast.reset(before)


def is_plain_cpu(images: Tensor) -> bool:
    """Tells whether the faster ways of a processor apply to these NCHW images."""
    return (
        _fast.get()
        and images.device.type == "cpu"
        and images.dtype in (torch.float32, torch.float64)
        and not torch.is_autocast_enabled("cpu")
    )


def channels_last(images: Tensor) -> Tensor:
    """Gives the same NCHW images, stored in channels_last order."""
    return images.contiguous(memory_format=torch.channels_last)


class UnbiasedConv(nn.Conv2d):
    """A convolution before an instance norm: its bias is a parameter without effect."""

    def forward(self, images: Tensor) -> Tensor:
        return F.conv2d(images, self.weight, None, self.stride, self.padding)


class UnbiasedTransposedConv(nn.ConvTranspose2d):
    """A fractionally strided convolution before an instance norm; see `UnbiasedConv`."""

    def forward(self, images: Tensor, output_size: list[int] | None = None) -> Tensor:
        """NCHW -> NCHW; `output_size` must be left out."""
        assert output_size is None, "the output's size follows from the stride"
        stride, padding, extra = self.stride, self.padding, self.output_padding
        assert isinstance(padding, tuple)
        return F.conv_transpose2d(images, self.weight, None, stride, padding, extra)


class PaddedConv(nn.Conv2d):
    """A 3x3 convolution of stride 1 with reflection padding, before an instance norm."""

    def __init__(self, channels: int):
        super().__init__(channels, channels, 3)

    def forward(self, images: Tensor) -> Tensor:
        if self.suits_winograd(images):
            return winograd.convolve(images, winograd.transform(self.weight), "reflect")
        return F.conv2d(F.pad(images, (1, 1, 1, 1), mode="reflect"), self.weight)

    def suits_winograd(self, images: Tensor) -> bool:
        """Tells whether sides and channels are such that Winograd's way is possible and faster."""
        wide = self.in_channels >= WINOGRAD_CHANNELS
        return wide and is_plain_cpu(images) and winograd.suits(images)


class NarrowConv(nn.Conv2d):
    """A convolution of stride 1 without padding to a handful of channels."""

    def forward(self, images: Tensor) -> Tensor:
        if not is_plain_cpu(images) or self.bias is None:
            return super().forward(images)
        convolved: Tensor = NarrowConvFunction.apply(channels_last(images), self.weight)
        return convolved + self.bias.view(1, -1, 1, 1)


class NarrowConvFunction(torch.autograd.Function):
    """oneDNN fills 8 output channels at a time, so that 3 leave most of its work unused.

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
        of_images = of_weight = None
        if context.needs_input_grad[0]:
            of_images = _conv_gradient(gradient, images, weight, 0, (True, False, False))[0]
        if context.needs_input_grad[1]:
            margin, wide = weight.shape[-1] - 1, weight.transpose(0, 1).contiguous()
            turned = _conv_gradient(images, gradient, wide, margin, (False, True, False))[1]
            of_weight = turned.flip(2, 3).transpose(0, 1)
        return of_images, of_weight


def _conv_gradient(
    gradient: Tensor, images: Tensor, weight: Tensor, padding: int, wanted: tuple[bool, ...]
) -> tuple[Tensor, ...]:
    """Gradients of images, weight and bias of a convolution of stride 1, where `wanted`."""
    return torch.ops.aten.convolution_backward(
        gradient, images, weight, None, [1, 1], [padding] * 2, [1, 1], False, [0, 0], 1, wanted
    )


class InstanceNorm(nn.Module):
    """Zero mean and unit variance of each channel of each image, without parameters."""

    def forward(self, images: Tensor) -> Tensor:
        if is_plain_cpu(images):
            normed: Tensor = InstanceNormFunction.apply(channels_last(images))
            return normed
        return _instance_norm(images)


def _instance_norm(images: Tensor) -> Tensor:
    """Gives the plain operation; NCHW -> the same shape."""
    return F.instance_norm(images, eps=EPSILON)


class InstanceNormFunction(torch.autograd.Function):
    """Batch norm of one image after another: stock instance norm would undo channels_last."""

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
    """Gives the gradient of one image, from its saved mean and inverse deviation by channel."""
    return torch.ops.aten.native_batch_norm_backward(
        gradient, image, None, None, None, mean, scale, True, EPSILON, [True, False, False]
    )[0]


class FloatTanh(nn.Module):
    """tanh in float32 at least: bfloat16 has fewer steps than an image's 8 bits."""

    def forward(self, images: Tensor) -> Tensor:
        return torch.tanh(at_least_float32(images))
