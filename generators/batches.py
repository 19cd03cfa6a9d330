"""Prepares training images once, keeps them on the device as uint8, and draws random crops."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from faces.common.errors import DataError
from faces.equalize import equalize
from generators.settings import EqualizeMethod, Spectra

GREY_LEVELS = 255
Cut = tuple[int, int, bool]  # top, left, mirrored


def prepare(
    images: np.ndarray | Sequence[np.ndarray],
    side_px: int,
    equalized: bool,
    method: EqualizeMethod = "global",
) -> Tensor:
    """Equalize, if `equalized`, and then resize images with antialiasing.

    N square images, HWC uint8, C 1 or 3 => (N, C, side_px, side_px) uint8. Raises DataError where
    there are no images, and for other shapes or dtypes.
    """
    if len(images) == 0:
        raise DataError("no images to translate or to train on; check the split's counts")
    return torch.stack([_prepare_one(image, side_px, equalized, method) for image in images])


def _prepare_one(
    image: np.ndarray, side_px: int, equalized: bool, method: EqualizeMethod
) -> Tensor:
    """Prepare one image: HWC uint8 => CHW uint8 with sides of `side_px`."""
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in (1, 3):
        raise DataError(
            f"image of shape {image.shape}, {image.dtype}: translators take HWC uint8, C 1 or 3"
        )
    pixels = equalize(image, method=method) if equalized else np.asarray(image)
    if pixels.shape[:2] != (side_px, side_px):
        flat = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
        resized = np.asarray(flat.resize((side_px, side_px), Image.Resampling.BICUBIC))
        pixels = resized.reshape(side_px, side_px, -1)
    return torch.from_numpy(pixels.copy()).permute(2, 0, 1).contiguous()


def to_floats(images: Tensor) -> Tensor:
    """Scale grey levels: (N, 1 or 3, H, W) uint8 => (N, 3, H, W) float32 in [-1, 1].

    One channel is repeated three times.
    """
    return (images.float() / (GREY_LEVELS / 2) - 1).expand(-1, 3, -1, -1).contiguous()


def center(images: Tensor, side_px: int) -> Tensor:
    """Return the central square of each image: (N, C, H, W) => (N, C, side_px, side_px)."""
    top, left = ((length - side_px) // 2 for length in images.shape[-2:])
    return images[..., top : top + side_px, left : left + side_px]


def is_equalized(spectrum: str, spectra: Spectra) -> bool:
    """Tell whether images of a spectrum ("VIS" or "NIR") are among the `spectra` to equalize."""
    return spectra in (spectrum.lower(), "both")


def _crop(image: Tensor, cut: Cut, side_px: int) -> Tensor:
    """Return a square of one image: CHW => (C, side_px, side_px)."""
    top, left, mirrored = cut
    square = image[:, top : top + side_px, left : left + side_px]
    return square.flip(-1) if mirrored else square


class ShuffledRows:
    """Row numbers below `count` in random order, shuffled again whenever all have been used."""

    def __init__(self, count: int):
        self.order = torch.arange(count)
        self.used = count

    def take(self, count: int, generator: torch.Generator) -> Tensor:
        """Return the next `count` row numbers, (count,) int64."""
        return torch.stack([self.next_row(generator) for _ in range(count)])

    def next_row(self, generator: torch.Generator) -> Tensor:
        """Return the next row number, () int64."""
        if self.used == len(self.order):
            self.order = torch.randperm(len(self.order), generator=generator)
            self.used = 0
        self.used += 1
        return self.order[self.used - 1]


class Batches:
    """Endless random batches of both spectra.

    `images` maps "vis" and "nir" to (N, C, load, load) uint8 on the training's device; `generator`
    is a CPU generator, so that the order does not depend on the device. With `paired`, rows of the
    same number belong together: they are in one batch, with the same cut and the same mirroring.
    """

    def __init__(
        self,
        images: dict[str, Tensor],
        side_px: int,
        batch: int,
        generator: torch.Generator,
        *,
        paired: bool = False,
    ):
        self.images = images
        self.side_px = side_px
        self.batch = batch
        self.generator = generator
        self.paired = paired
        self.rows = {name: ShuffledRows(len(stored)) for name, stored in images.items()}

    def draw(self) -> dict[str, Tensor]:
        """Draw a batch: (batch, 3, side, side) float32 in [-1, 1] under "vis" and under "nir"."""
        if self.paired:
            chosen = self.draw_rows("vis")
            return {name: self.crops(name, *chosen) for name in self.images}
        return {name: self.crops(name, *self.draw_rows(name)) for name in self.images}

    def draw_rows(self, name: str) -> tuple[Tensor, list[Cut]]:
        """Draw the rows of one spectrum for a batch, (batch,) int64, and a cut for each."""
        rows = self.rows[name].take(self.batch, self.generator)
        room = self.images[name].shape[-1] - self.side_px + 1
        return rows, [self.draw_cut(room) for _ in rows]

    def draw_cut(self, room: int) -> Cut:
        """Draw top and left of a square, each below `room`, and whether it is mirrored (1 in 2)."""
        top, left, mirrored = (
            int(torch.randint(limit, (), generator=self.generator)) for limit in (room, room, 2)
        )
        return top, left, bool(mirrored)

    def crops(self, name: str, rows: Tensor, cuts: list[Cut]) -> Tensor:
        """Return the cut rows of one spectrum: (batch, 3, side, side) float32 in [-1, 1]."""
        images = [self.images[name][int(row)] for row in rows]
        squares = [_crop(image, cut, self.side_px) for image, cut in zip(images, cuts, strict=True)]
        return to_floats(torch.stack(squares))

    def state_dict(self) -> dict[str, Any]:
        """Return the generator's state and each spectrum's position in its order."""
        rows = {name: {"order": row.order, "used": row.used} for name, row in self.rows.items()}
        return {"generator": self.generator.get_state(), "rows": rows}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore a state written by `state_dict` over the same images."""
        self.generator.set_state(state["generator"])
        for name, row in state["rows"].items():
            self.rows[name].order, self.rows[name].used = row["order"], row["used"]
