"""Computes 3x3 convolutions by Winograd's F(4x4, 3x3) (Lavin & Gray 2016, 4.1).

A 4x4 square of outputs takes 36 products for each pair of channels instead of 144. On a processor
this makes the residual blocks' convolutions about twice as fast, especially their weight gradients;
the results are the same to 1e-12 in float64. Images are handled as rows of channels: a tensor in
channels_last order is N*H*W rows of C numbers, and padding, cutting into 6x6 tiles and putting
4x4 tiles together are row look-ups.
"""

import functools
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from generators.gradients import Context, differentiable

TILE = 4
PATCH = TILE + 2
INPUT_TRANSFORM = (  # B^T
    (4, 0, -5, 0, 1, 0),
    (0, -4, -4, 1, 1, 0),
    (0, 4, -4, -1, 1, 0),
    (0, -2, -1, 2, 1, 0),
    (0, 2, -1, -2, 1, 0),
    (0, 4, 0, -5, 0, 1),
)
WEIGHT_TRANSFORM = (  # G, as 24 times itself
    (6, 0, 0),
    (-4, -4, -4),
    (-4, 4, -4),
    (1, 2, 4),
    (1, -2, 4),
    (0, 0, 24),
)
OUTPUT_TRANSFORM = (  # A^T
    (1, 1, 1, 1, 1, 0),
    (0, 1, -1, 2, -2, 0),
    (0, 1, 1, 4, 4, 0),
    (0, 1, -1, 8, -8, 1),
)


@dataclass(frozen=True)
class Transforms:
    """The three transforms for flattened squares: (36, 36), (36, 9) and (16, 36)."""

    input: Tensor
    weight: Tensor
    output: Tensor


@functools.cache
@torch.inference_mode(False)  # cached: a training may use tensors that a translation created
def transforms(dtype: torch.dtype) -> Transforms:
    """Return the transforms; a pass over rows and one over columns are one matrix."""
    sides = [
        torch.tensor(INPUT_TRANSFORM, dtype=torch.float64),
        torch.tensor(WEIGHT_TRANSFORM, dtype=torch.float64) / 24,
        torch.tensor(OUTPUT_TRANSFORM, dtype=torch.float64),
    ]
    return Transforms(*(torch.kron(side, side).to(dtype) for side in sides))


@dataclass(frozen=True)
class Places:
    """Row numbers that turn N images of H x W rows into tiles and back.

    `patches` (36 * T,) the input row under each place of each patch, with padding resolved;
    `covering`, `offsets` the patch places that lie on each input row, grouped by row;
    `outputs` (N * H * W,) the position of each output row among the 16 * T tile places, `tiles` the
    inverse. Padding with zeros is a look-up of one more row, number N * H * W.
    """

    patches: Tensor
    covering: Tensor
    offsets: Tensor
    outputs: Tensor
    tiles: Tensor


@functools.lru_cache(maxsize=64)
@torch.inference_mode(False)  # cached: a training may use tensors that a translation created
def places(images: int, height: int, width: int, padding: str) -> Places:
    """Return the look-ups for a batch of that shape; `padding` is "reflect" or "zeros"."""
    rows = torch.arange(images * height * width).view(images, 1, height, width)
    if padding == "reflect":
        padded = F.pad(rows.double(), (1, 1, 1, 1), mode="reflect").long()
    else:
        padded = F.pad(rows, (1, 1, 1, 1), value=rows.numel())
    patches = _by_place(padded[:, 0], PATCH)
    tiles = _by_place(rows[:, 0], TILE)
    counts = torch.bincount(patches, minlength=rows.numel() + 1)[: rows.numel()]
    offsets = torch.cat((torch.zeros(1, dtype=torch.long), counts.cumsum(0)))
    covering = torch.argsort(patches, stable=True)[: int(offsets[-1])]
    return Places(patches, covering, offsets[:-1], torch.argsort(tiles), tiles)


def _by_place(rows: Tensor, side: int) -> Tensor:
    """Return the row numbers of all side x side squares at stride 4, place by place.

    (N, H, W) int64 => (side * side * squares,) int64.
    """
    squares = rows.unfold(1, side, TILE).unfold(2, side, TILE)
    return squares.permute(3, 4, 0, 1, 2).reshape(-1)


class WinogradFunction(torch.autograd.Function):
    """The convolution and its gradients; images NCHW, kernels as `transform` returns them."""

    @staticmethod
    def forward(context: Context, images: Tensor, kernels: Tensor, padding: str) -> Tensor:
        inputs = _transformed(images, padding)
        saved = inputs if context.needs_input_grad[1] else None
        context.save_for_backward(images, saved, kernels)
        context.padding, context.shape = padding, images.shape
        context.places = _places_of(images, padding)
        return _multiplied(inputs, kernels, context.places, images.shape)

    @staticmethod
    def backward(context: Context, gradient: Tensor) -> tuple[Tensor | None, ...]:
        images, inputs, kernels = context.saved_tensors
        if torch.is_grad_enabled():
            plain = functools.partial(_convolve_plainly, padding=context.padding)
            return *differentiable(plain, (images, kernels), gradient), None
        matrices = transforms(gradient.dtype)
        rows = _to_rows(gradient, "reflect")[context.places.tiles].view(TILE**2, -1)
        products = (matrices.output.T @ rows).view(PATCH**2, -1, gradient.shape[1])
        images_gradient = kernels_gradient = None
        if context.needs_input_grad[1]:
            kernels_gradient = torch.bmm(inputs.transpose(1, 2), products)
        if context.needs_input_grad[0]:
            inputs_gradient = torch.bmm(products, kernels.transpose(1, 2)).view(PATCH**2, -1)
            patches = matrices.input.T @ inputs_gradient
            images_gradient = _gathered(patches, context.places, context.shape)
        return images_gradient, kernels_gradient, None


def _places_of(images: Tensor, padding: str) -> Places:
    """Return the look-ups for NCHW images."""
    number, _, height, width = images.shape
    return places(number, height, width, padding)


def _transformed(images: Tensor, padding: str) -> Tensor:
    """Transform the patches of the T tiles: NCHW => (36, T, C)."""
    patches = _to_rows(images, padding)[_places_of(images, padding).patches].view(PATCH**2, -1)
    return (transforms(images.dtype).input @ patches).view(PATCH**2, -1, images.shape[1])


def _multiplied(inputs: Tensor, kernels: Tensor, lookups: Places, shape: torch.Size) -> Tensor:
    """Multiply transformed patches (36, T, I) by kernels (36, I, O) => NCHW, the convolution."""
    number, _, height, width = shape
    outputs = transforms(inputs.dtype).output @ torch.bmm(inputs, kernels).view(PATCH**2, -1)
    return _to_images(outputs.view(-1, kernels.shape[2])[lookups.outputs], number, height, width)


def _convolve_plainly(images: Tensor, kernels: Tensor, padding: str) -> Tensor:
    """Convolve as `convolve` does, in operations that torch can differentiate repeatedly."""
    lookups = _places_of(images, padding)
    return _multiplied(_transformed(images, padding), kernels, lookups, images.shape)


def _gathered(patches: Tensor, lookups: Places, shape: torch.Size) -> Tensor:
    """Sum the values (36, T * C) of all patch places on each row => NCHW of that shape."""
    number, channels, height, width = shape
    places_first = patches.view(-1, channels)
    summed = F.embedding_bag(lookups.covering, places_first, lookups.offsets, mode="sum")
    return _to_images(summed, number, height, width)


def _to_rows(images: Tensor, padding: str) -> Tensor:
    """Return images as rows: NCHW => (N * H * W, C), and a row of zeros for padding "zeros"."""
    rows = images.permute(0, 2, 3, 1).reshape(-1, images.shape[1])
    return torch.cat((rows, rows.new_zeros(1, rows.shape[1]))) if padding == "zeros" else rows


def _to_images(rows: Tensor, number: int, height: int, width: int) -> Tensor:
    """Return rows as images: (N * H * W, C) => NCHW in channels_last order."""
    return rows.view(number, height, width, -1).permute(0, 3, 1, 2)


def transform(weight: Tensor) -> Tensor:
    """Transform a 3x3 weight: OIHW => (36, I, O); differentiable. Frozen weights need it once."""
    flat = weight.permute(2, 3, 1, 0).reshape(9, -1)
    return (transforms(weight.dtype).weight @ flat).view(PATCH**2, weight.shape[1], -1)


def suits(images: Tensor) -> bool:
    """Tell whether the sides of NCHW images are multiples of a tile's side."""
    return all(length % TILE == 0 for length in images.shape[-2:])


def convolve(images: Tensor, kernels: Tensor, padding: str) -> Tensor:
    """Convolve images by 3x3 kernels with stride 1; `padding`, by one, is "reflect" or "zeros".

    NCHW whose sides `suits` accepts, float32 or float64 on a CPU; kernels (36, I, O) of `transform`
    => NCHW with the same sides, in channels_last order.
    """
    convolved: Tensor = WinogradFunction.apply(images, kernels, padding)
    return convolved
