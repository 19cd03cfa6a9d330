"""Defines dlib's face embedding network as a torch module. It is never trained in this project.

A ResNet of 29 convolutions with 128 outputs (King 2017, "High quality face recognition with deep
metric learning"; weights CC0, file `dlib_face_recognition_resnet_model_v1.dat`). By its author's
rule, two faces whose embeddings are closer than 0.6 are of one person.

Its input is a chip: an aligned face of 150 px, RGB in 0..255, as dlib's `get_face_chip` makes it
with a padding of 0.25. `aligned_chips` makes chips from crops that are aligned already.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from faces.common.errors import TamperedError
from faces.eye_places import EYE_PLACES

CHIP_PX = 150
CHIP_PADDING = 0.25
EMBEDDING = 128
CHANNEL_MEANS = (122.782, 117.001, 104.298)  # RGB; dlib's input_rgb_image_sized
# The mean face dlib aligns to: two corners of each eye and the base of the nose, in [0, 1].
MEAN_SHAPE = (
    (0.8595674595992, 0.2134981538014),
    (0.6460604764104, 0.2289674387677),
    (0.1205750620789, 0.2137274526848),
    (0.3340850613712, 0.2290642403242),
    (0.4901123135679, 0.6277975316475),
)
# (channels, halves the side) of the residual blocks, from the input on
PLAN = (
    *[(32, False)] * 3,
    *[(64, True), (64, False), (64, False), (64, False)],
    *[(128, True), (128, False), (128, False)],
    *[(256, True), (256, False), (256, False), (256, True)],
)


class Affine(nn.Module):
    """A gain and an offset per channel, as dlib stores batch normalization: NCHW => NCHW."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(channels, 1, 1))
        self.offset = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return torch.addcmul(self.offset, x, self.gain)


class Block(nn.Module):
    """Two 3x3 convolutions and a skip connection; where shapes differ, zeros are appended.

    (N, inputs, H, W) float32 => (N, channels or more, H or H / 2, W or W / 2) float32.
    """

    def __init__(self, inputs: int, channels: int, halves: bool) -> None:
        super().__init__()
        self.halves = halves
        stride, padding = (2, 0) if halves else (1, 1)
        self.conv1 = nn.Conv2d(inputs, channels, 3, stride, padding)
        self.affine1 = Affine(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1)
        self.affine2 = Affine(channels)

    def forward(self, x: Tensor) -> Tensor:
        y = self.affine2(self.conv2(F.relu(self.affine1(self.conv1(x)))))
        skip = F.avg_pool2d(x, 2) if self.halves else x
        shape = [max(a, b) for a, b in zip(skip.shape[1:], y.shape[1:], strict=True)]
        return F.relu(pad_to(skip, shape) + pad_to(y, shape))


def pad_to(x: Tensor, shape: list[int]) -> Tensor:
    """Append zeros to channels, rows and columns of NCHW until they reach `shape`, [C, H, W]."""
    missing = [wanted - have for wanted, have in zip(shape, x.shape[1:], strict=True)]
    return F.pad(x, (0, missing[2], 0, missing[1], 0, missing[0])) if any(missing) else x


class DlibFaceNet(nn.Module):
    """(N, 3, 150, 150) float32 RGB in 0..255 => (N, 128) float32, of length about 1.4."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 32, 7, 2)
        self.stem_affine = Affine(32)
        widths = [32, *(channels for channels, _ in PLAN)]
        self.blocks = nn.ModuleList(
            Block(inputs, channels, halves)
            for inputs, (channels, halves) in zip(widths, PLAN, strict=False)
        )
        self.fc = nn.Linear(widths[-1], EMBEDDING, bias=False)
        self.register_buffer("means", torch.tensor(CHANNEL_MEANS).view(3, 1, 1), persistent=False)

    def forward(self, chips: Tensor) -> Tensor:
        x = F.relu(self.stem_affine(self.stem((chips - self.get_buffer("means")) / 256)))
        x = F.max_pool2d(x, 3, 2)
        for block in self.blocks:
            x = block(x)
        return self.fc(x.mean((2, 3)))


def read_dat(path: Path) -> dict[str, Tensor]:
    """Read dlib's file into a state dict of `DlibFaceNet`.

    Raises TamperedError for any other file.
    """
    arrays = _read_layers(path.read_bytes())
    try:
        state = dict(_named_tensors(arrays))
    except (StopIteration, ValueError, IndexError, RuntimeError) as error:
        raise TamperedError(f"{path}: not dlib's face network; delete it and fetch it") from error
    return state


def _named_tensors(layers: Iterator[tuple[str, np.ndarray]]) -> Iterator[tuple[str, Tensor]]:
    """Pair the file's layers, which come in the order of computation, with our names."""
    model = DlibFaceNet()
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d | nn.Linear | Affine):
            layer_kind, values = next(layers)
            if layer_kind != LAYER_KINDS[type(module)]:
                raise ValueError(f"{name}: the file has {layer_kind}")
            yield from _split_layer(name, module, torch.from_numpy(values))
    if next(layers, None) is not None:
        raise ValueError("more layers than expected")


LAYER_KINDS = {nn.Conv2d: "con_4", Affine: "affine_", nn.Linear: "fc_2"}


def _split_layer(name: str, module: nn.Module, values: Tensor) -> Iterator[tuple[str, Tensor]]:
    """Yield a layer's parameters from its flat values, weights first; `fc` is transposed."""
    if isinstance(module, nn.Linear):
        yield f"{name}.weight", values.view(*module.weight.shape[::-1]).T.contiguous()
        return
    start = 0
    for parameter_name, parameter in module.named_parameters():
        part = values[start : start + parameter.numel()]
        yield f"{name}.{parameter_name}", part.view_as(parameter).clone()
        start += parameter.numel()
    if start != len(values):
        raise ValueError(f"{name}: {len(values)} values where {start} belong")


def _read_layers(data: bytes) -> Iterator[tuple[str, np.ndarray]]:
    """Yield (layer kind, (n,) float32 values) of every layer with parameters, in file order.

    A layer is stored as its kind (a string after its length), for "fc_2" two counts, then a tensor:
    version 2, four extents, and little-endian floats (dlib's `serialize`). Bytes between layers are
    skipped.
    """
    position = 0
    for match in re.finditer(rb"\x01\x05con_4|\x01\x07affine_|\x01\x04fc_2", data):
        if match.start() < position:
            continue  # these bytes are values of the layer before
        layer_kind, position = match.group()[2:].decode(), match.end()
        header, position = _read_integers(data, position, 7 if layer_kind == "fc_2" else 5)
        if header[-5] != 2:
            raise ValueError(f"tensor of version {header[-5]}")
        count = int(np.prod(header[-4:]))
        yield layer_kind, np.frombuffer(data, "<f4", count, position).astype(np.float32)
        position += 4 * count


def _read_integers(data: bytes, position: int, count: int) -> tuple[list[int], int]:
    """Read `count` of dlib's packed integers: a byte with sign and length, then that many bytes."""
    values = []
    for _ in range(count):
        length = data[position] & 15
        value = int.from_bytes(data[position + 1 : position + 1 + length], "little")
        values.append(-value if data[position] & 128 else value)
        position += 1 + length
    return values, position


def chip_eyes_px() -> np.ndarray:
    """Return the eye centres in a chip: (2, 2) float64 x, y in pixels, the left one first."""
    right, left = np.array(MEAN_SHAPE[:2]).mean(0), np.array(MEAN_SHAPE[2:4]).mean(0)
    return (CHIP_PADDING + np.stack([left, right])) / (2 * CHIP_PADDING + 1) * CHIP_PX


def similarity(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the similarity that maps two points to two others: (2, 2), (2, 2) x, y => (2, 3).

    A similarity is a rotation, a scale and a shift.
    """
    a, b = source @ (1, 1j), target @ (1, 1j)
    turn = (b[1] - b[0]) / (a[1] - a[0])
    shift = b[0] - turn * a[0]
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def chips(images: Tensor, eyes: np.ndarray) -> Tensor:
    """Make dlib's chips from crops, by the similarity that maps eyes to eyes.

    images: (N, C, H, W), C 1 or 3, uint8 or float in 0..255; eyes: (2, 2) x, y in pixels, the same
    in every crop, sorted by x, pixel centres at whole numbers. => (N, 3, 150, 150) float32 in
    0..255. Crops finer than a chip are first shrunk with a filter. Beyond a crop its edge is
    repeated.
    """
    x = images.float().expand(-1, 3, -1, -1)
    eyes = np.asarray(eyes, np.float64)
    target = chip_eyes_px()
    factor = np.linalg.norm(target[1] - target[0]) / np.linalg.norm(eyes[1] - eyes[0])
    if factor < 1:
        sides = [max(1, round(side * factor)) for side in x.shape[2:]]
        scale = np.array(sides[::-1]) / np.array(x.shape[:1:-1])
        eyes = (eyes + 0.5) * scale - 0.5
        x = F.interpolate(x, sides, mode="bilinear", antialias=True)
    return _sample(x, similarity(target, eyes))


def aligned_chips(images: Tensor) -> Tensor:
    """Make dlib's chips from crops that `faces.align` made.

    (N, 1 or 3, S, S), uint8 or float in 0..255 => (N, 3, 150, 150) float32 in 0..255.
    """
    eyes = EYE_PLACES * images.shape[-1] - 0.5  # places are from the edge, pixels from centres
    return chips(images, eyes)


def _sample(images: Tensor, chip_to_image: np.ndarray) -> Tensor:
    """Sample images at a chip's pixels: (N, 3, H, W) float32 => (N, 3, 150, 150) float32.

    chip_to_image: the (2, 3) similarity that maps pixels of the chip to pixels of an image. Values
    are interpolated bilinearly.
    """
    height, width = images.shape[2:]
    across = torch.arange(CHIP_PX, dtype=torch.float64, device=images.device)
    y, x = torch.meshgrid(across, across, indexing="ij")
    ones = torch.ones_like(x)
    matrix = torch.from_numpy(chip_to_image).to(images.device)
    places = torch.stack([x, y, ones], -1) @ matrix.T
    extent = places.new_tensor([width, height])
    grid = ((2 * places + 1) / extent - 1).float().expand(len(images), -1, -1, -1)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)
