"""Computes 3x3 convolutions by Winograd's F(4x4, 3x3) (Lavin & Gray 2016, 4.1).

A 4x4 square of outputs takes 36 products for each pair of channels instead of 144. On a processor
this makes the residual blocks' convolutions about twice as fast, above all their weight gradients;
it is the same function, to 1e-12 in float64. Images are handled as rows of channels: a tensor in
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
@torch.inference_mode(False)  # cached: a training may use what a translation asked for first
def transforms(dtype: torch.dtype) -> Transforms:
    """Both passes of each transform, over rows and over columns, as one matrix."""
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
    `outputs` (N * H * W,) where each output row stands among the 16 * T tile places, `tiles` the
    inverse. Padding with zeros is a look-up of one more row, number N * H * W.
    """

    patches: Tensor
    covering: Tensor
    offsets: Tensor
    outputs: Tensor
    tiles: Tensor


@functools.lru_cache(maxsize=64)
@torch.inference_mode(False)  # cached: a training may use what a translation asked for first
def places(images: int, height: int, width: int, padding: str) -> Places:
    """Gives the look-ups for a batch of that shape; `padding` is "reflect" or "zeros"."""
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
    """(N, H, W) row numbers -> those of all side x side squares at stride 4, place by place."""
    squares = rows.unfold(1, side, TILE).unfold(2, side, TILE)
    return squares.permute(3, 4, 0, 1, 2).reshape(-1)


class WinogradFunction(torch.autograd.Function):
    """The convolution and its gradients; images NCHW, kernels as `transform` gives them."""

    @staticmethod
    def forward(context: Context, images: Tensor, kernels: Tensor, padding: str) -> Tensor:
        inputs = _transformed(images, padding)
        saved = inputs if context.needs_input_grad[1] else None
        context.save_for_backward(images, saved, kernels)
        context.padding, context.shape = padding, images.shape
        context.look = _places_of(images, padding)
        return _multiplied(inputs, kernels, context.look, images.shape)

    @staticmethod
    def backward(context: Context, gradient: Tensor) -> tuple[Tensor | None, ...]:
        images, inputs, kernels = context.saved_tensors
        if torch.is_grad_enabled():
            plain = functools.partial(_convolve_plainly, padding=context.padding)
            return *differentiable(plain, (images, kernels), gradient), None
        matrices = transforms(gradient.dtype)
        rows = _to_rows(gradient, "reflect")[context.look.tiles].view(TILE**2, -1)
        products = (matrices.output.T @ rows).view(PATCH**2, -1, gradient.shape[1])
        of_images = of_kernels = None
        if context.needs_input_grad[1]:
            of_kernels = torch.bmm(inputs.transpose(1, 2), products)
        if context.needs_input_grad[0]:
            of_inputs = torch.bmm(products, kernels.transpose(1, 2)).view(PATCH**2, -1)
            of_images = _gathered(matrices.input.T @ of_inputs, context.look, context.shape)
        return of_images, of_kernels, None


def _places_of(images: Tensor, padding: str) -> Places:
    """Gives the look-ups for NCHW images."""
    number, _, height, width = images.shape
    return places(number, height, width, padding)


def _transformed(images: Tensor, padding: str) -> Tensor:
    """NCHW -> (36, T, C), the patches of the T tiles, transformed."""
    patches = _to_rows(images, padding)[_places_of(images, padding).patches].view(PATCH**2, -1)
    return (transforms(images.dtype).input @ patches).view(PATCH**2, -1, images.shape[1])


def _multiplied(inputs: Tensor, kernels: Tensor, look: Places, shape: torch.Size) -> Tensor:
    """Transformed patches (36, T, I) and kernels (36, I, O) -> the convolution of the images."""
    number, _, height, width = shape
    outputs = transforms(inputs.dtype).output @ torch.bmm(inputs, kernels).view(PATCH**2, -1)
    return _to_images(outputs.view(-1, kernels.shape[2])[look.outputs], number, height, width)


def _convolve_plainly(images: Tensor, kernels: Tensor, padding: str) -> Tensor:
    """As `convolve`, in operations that torch itself can differentiate, again and again."""
    look = _places_of(images, padding)
    return _multiplied(_transformed(images, padding), kernels, look, images.shape)


def _gathered(patches: Tensor, look: Places, shape: torch.Size) -> Tensor:
    """Sums what the patch places (36, T * C) say of the row beneath them -> NCHW of that shape."""
    number, channels, height, width = shape
    places_first = patches.view(-1, channels)
    summed = F.embedding_bag(look.covering, places_first, look.offsets, mode="sum")
    return _to_images(summed, number, height, width)


def _to_rows(images: Tensor, padding: str) -> Tensor:
    """NCHW -> (N * H * W, C), and a row of zeros after them if they are what padding means."""
    rows = images.permute(0, 2, 3, 1).reshape(-1, images.shape[1])
    return torch.cat((rows, rows.new_zeros(1, rows.shape[1]))) if padding == "zeros" else rows


def _to_images(rows: Tensor, number: int, height: int, width: int) -> Tensor:
    """(N * H * W, C) -> NCHW in channels_last order."""
    return rows.view(number, height, width, -1).permute(0, 3, 1, 2)


def transform(weight: Tensor) -> Tensor:
    """OIHW 3x3 -> kernels (36, I, O); differentiable. A frozen weight needs it only once."""
    flat = weight.permute(2, 3, 1, 0).reshape(9, -1)
    return (transforms(weight.dtype).weight @ flat).view(PATCH**2, weight.shape[1], -1)


def suits(images: Tensor) -> bool:
    """Tells whether the sides of NCHW images are whole tiles."""
    return all(length % TILE == 0 for length in images.shape[-2:])


def convolve(images: Tensor, kernels: Tensor, padding: str) -> Tensor:
    """3x3 convolution of stride 1 that keeps the sides; `padding` by one is "reflect" or "zeros".

    NCHW of whole tiles, float32 or float64 on a processor; kernels (36, I, O) from `transform`
    -> NCHW in channels_last order.
    """
    convolved: Tensor = WinogradFunction.apply(images, kernels, padding)
    return convolved
