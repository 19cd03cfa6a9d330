"""Draws training batches: every kind of image in equal shares, altered by seeded generators.

A training set is a list of kinds, such as real VIS, real NIR and one translator's fakes. A batch
holds each in equal shares, whatever their numbers, so that adding a kind never drowns another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from faces.common.errors import DataError
from recognizer.settings import TrainingSettings


@dataclass(frozen=True)
class ImageSet:
    """One kind: `images` (N, S, S, 1 or 3) uint8, aligned; `labels` (N,) int64, the classes."""

    kind: str
    images: np.ndarray
    labels: np.ndarray

    def __post_init__(self) -> None:
        if not len(self.images):
            raise DataError(f"training images of kind {self.kind}: none; leave the kind out")
        if len(self.images) != len(self.labels) or self.images.dtype != np.uint8:
            raise DataError(f"training images of kind {self.kind}: one label per uint8 image")


def few_per_subject(
    subjects: Sequence[str], count: int, generator: np.random.Generator
) -> np.ndarray:
    """Rows, ascending, of at most `count` images of each subject.

    The same generator state gives nested choices: those for a smaller `count` are among them.
    """
    rows = generator.permutation(len(subjects))
    taken: dict[str, int] = {}
    chosen = []
    for row in rows:
        taken[subjects[row]] = taken.get(subjects[row], 0) + 1
        if taken[subjects[row]] <= count:
            chosen.append(row)
    return np.sort(np.array(chosen, np.int64))


class Sampler:
    """Draws a batch's rows: `next(batch)` -> one tensor of rows for each kind.

    Within a kind every image is drawn once before any is drawn again. What an equal share leaves
    over goes to the kinds in turn.
    """

    def __init__(self, counts: Sequence[int], seed: int) -> None:
        self.counts = list(counts)
        self.generator = torch.Generator().manual_seed(seed)
        self.turn = 0
        self.waiting = [torch.empty(0, dtype=torch.int64) for _ in counts]

    def next(self, batch: int) -> list[torch.Tensor]:
        share, left = divmod(batch, len(self.counts))
        extra = {(self.turn + i) % len(self.counts) for i in range(left)}
        self.turn = (self.turn + left) % len(self.counts)
        return [self._draw(kind, share + (kind in extra)) for kind in range(len(self.counts))]

    def _draw(self, kind: int, number: int) -> torch.Tensor:
        while len(self.waiting[kind]) < number:
            shuffled = torch.randperm(self.counts[kind], generator=self.generator)
            self.waiting[kind] = torch.cat([self.waiting[kind], shuffled])
        drawn, self.waiting[kind] = self.waiting[kind].tensor_split([number])
        return drawn

    def state(self) -> dict[str, Any]:
        """Gives what `restore` needs to go on as if nothing had happened."""
        waiting = [rows.clone() for rows in self.waiting]
        return {"generator": self.generator.get_state(), "turn": self.turn, "waiting": waiting}

    def restore(self, state: dict[str, Any]) -> None:
        self.generator.set_state(state["generator"])
        self.turn = state["turn"]
        self.waiting = list(state["waiting"])


def augment(
    images: torch.Tensor, settings: TrainingSettings, generator: torch.Generator
) -> torch.Tensor:
    """NHWC uint8 -> NHWC float32 in [0, 255]: mirrored, shifted, contrast and brightness changed.

    Each image by its own amounts, uniform up to the strengths in `settings`. What a shift uncovers
    is filled by reflection. `generator` is a CPU generator, so every device alters alike.
    """
    moved = _mirrored_and_shifted(images, settings, generator)
    return _toned(moved.float(), settings, generator)


def _mirrored_and_shifted(
    images: torch.Tensor, settings: TrainingSettings, generator: torch.Generator
) -> torch.Tensor:
    number, side = images.shape[:2]
    reach = round(settings.crop * side)
    shifts = torch.randint(-reach, reach + 1, (2, number, 1), generator=generator)
    mirrored = torch.rand(number, 1, generator=generator) < settings.flip
    rows, columns = _reflected(torch.arange(side) + shifts, side)
    columns = torch.where(mirrored, columns.flip(1), columns)
    which = torch.arange(number)[:, None, None]
    places = (which, rows[:, :, None], columns[:, None, :])
    return images[tuple(place.to(images.device) for place in places)]


def _reflected(places: torch.Tensor, side: int) -> torch.Tensor:
    """Coordinates outside 0 .. side - 1 mirrored at the edge pixels, as `F.pad` does."""
    return (side - 1) - ((side - 1) - places.abs()).abs()


def _toned(
    images: torch.Tensor, settings: TrainingSettings, generator: torch.Generator
) -> torch.Tensor:
    amounts = 2 * torch.rand(2, len(images), 1, 1, 1, generator=generator) - 1
    contrast, brightness = amounts.to(images.device)
    mean = images.mean((1, 2, 3), keepdim=True)
    changed = mean + (images - mean) * (1 + settings.contrast * contrast)
    return (changed + 255 * settings.brightness * brightness).clamp(0, 255)
