"""Draws training batches from image sets, augmented by seeded generators.

A training set is a list of image sets, such as real VIS, real NIR and one translator's fakes. A
batch holds equal shares of them, whatever their sizes, so that a large set does not displace a
small one; or all sets are one list, as in the paper, and each has the share that its size gives it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch

from faces.common.errors import DataError
from recognizer.settings import Mixing, TrainingSettings


@dataclass(frozen=True)
class ImageSet:
    """Images of one kind: `images` (N, S, S, 1 or 3) uint8, aligned; `labels` (N,) int64, classes.

    `name` says which kind, in errors and in the record of a training. Raises DataError where there
    are no images, or not one label per uint8 image.
    """

    name: str
    images: np.ndarray
    labels: np.ndarray

    def __post_init__(self) -> None:
        if not len(self.images):
            raise DataError(f"training images of kind {self.name}: none; leave the kind out")
        if len(self.images) != len(self.labels) or self.images.dtype != np.uint8:
            raise DataError(f"training images of kind {self.name}: one label per uint8 image")


def at_most_per_subject(
    subjects: Sequence[str], count: int, generator: np.random.Generator
) -> np.ndarray:
    """Draw at most `count` images of each subject: (N,) str => (K,) int64, ascending row numbers.

    Equal generators give nested choices: those for a smaller `count` are part of those for a larger
    one.
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
    """The order in which the images of several sets, of `counts` images, are used in batches.

    Within a set every image is drawn once before any is drawn again. If a batch is not divisible,
    the sets get the remaining places in turn.
    """

    def __init__(self, counts: Sequence[int], seed: int) -> None:
        self.counts = list(counts)
        self.generator = torch.Generator().manual_seed(seed)
        self.turn = 0
        self.waiting = [torch.empty(0, dtype=torch.int64) for _ in counts]

    def next(self, batch: int) -> list[torch.Tensor]:
        """Draw a batch: the row numbers of each set, (n,) int64, which together are `batch`."""
        share, left = divmod(batch, len(self.counts))
        extra = {(self.turn + i) % len(self.counts) for i in range(left)}
        self.turn = (self.turn + left) % len(self.counts)
        return [self._draw(place, share + (place in extra)) for place in range(len(self.counts))]

    def _draw(self, place: int, number: int) -> torch.Tensor:
        """Draw `number` rows, (number,) int64, of the image set at a place."""
        while len(self.waiting[place]) < number:
            shuffled = torch.randperm(self.counts[place], generator=self.generator)
            self.waiting[place] = torch.cat([self.waiting[place], shuffled])
        rows, self.waiting[place] = self.waiting[place].tensor_split([number])
        return rows

    def state(self) -> dict[str, Any]:
        """Return the state from which `restore` continues."""
        waiting = [rows.clone() for rows in self.waiting]
        return {"generator": self.generator.get_state(), "turn": self.turn, "waiting": waiting}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from a state of `state`."""
        self.generator.set_state(state["generator"])
        self.turn = state["turn"]
        self.waiting = list(state["waiting"])


class ProportionalSampler:
    """Draws a batch's rows from all sets together: `next(batch)` => one tensor for each set.

    A set has a share of the batches in proportion to its number of images, as if all images were
    in one list. Every image is drawn once before any is drawn again.
    """

    def __init__(self, counts: Sequence[int], seed: int) -> None:
        self.first_rows = np.concatenate([[0], np.cumsum(counts)]).tolist()  # in the one list
        self.together = Sampler([self.first_rows[-1]], seed)

    def next(self, batch: int) -> list[torch.Tensor]:
        (rows,) = self.together.next(batch)
        return [
            rows[(rows >= first) & (rows < end)] - first for first, end in pairwise(self.first_rows)
        ]

    def state(self) -> dict[str, Any]:
        """Return what `restore` needs to go on as if nothing had happened."""
        return self.together.state()

    def restore(self, state: dict[str, Any]) -> None:
        self.together.restore(state)


SAMPLERS: dict[Mixing, type[Sampler] | type[ProportionalSampler]] = {
    "equal-kinds": Sampler,
    "proportional": ProportionalSampler,
}


def augment(
    images: torch.Tensor, settings: TrainingSettings, generator: torch.Generator
) -> torch.Tensor:
    """Mirror and shift images and change their contrast and brightness, each by random amounts.

    NHWC uint8 => NHWC float32 in [0, 255]. Amounts are uniform up to the strengths in `settings`. A
    shift fills the border by reflection. `generator` is a CPU generator, so results do not depend
    on the device.
    """
    moved = _mirrored_and_shifted(images, settings, generator)
    return _toned(moved.float(), settings, generator)


def _mirrored_and_shifted(
    images: torch.Tensor, settings: TrainingSettings, generator: torch.Generator
) -> torch.Tensor:
    """Mirror and shift images by random amounts: NHWC => the same shape and dtype."""
    number, side = images.shape[:2]
    reach = round(settings.crop * side)
    shifts = torch.randint(-reach, reach + 1, (2, number, 1), generator=generator)
    mirrored = torch.rand(number, 1, generator=generator) < settings.flip
    rows, columns = _reflected(torch.arange(side) + shifts, side)
    columns = torch.where(mirrored, columns.flip(1), columns)
    image_rows = torch.arange(number)[:, None, None]
    places = (image_rows, rows[:, :, None], columns[:, None, :])
    return images[tuple(place.to(images.device) for place in places)]


def _reflected(places: torch.Tensor, side: int) -> torch.Tensor:
    """Mirror coordinates outside 0 .. side - 1 at the edge pixels, as `F.pad` does."""
    return (side - 1) - ((side - 1) - places.abs()).abs()


def _toned(
    images: torch.Tensor, settings: TrainingSettings, generator: torch.Generator
) -> torch.Tensor:
    """Change contrast and brightness by random amounts: NHWC float32 in [0, 255] => the same."""
    amounts = 2 * torch.rand(2, len(images), 1, 1, 1, generator=generator) - 1
    contrast, brightness = amounts.to(images.device)
    mean = images.mean((1, 2, 3), keepdim=True)
    changed = mean + (images - mean) * (1 + settings.contrast * contrast)
    return (changed + 255 * settings.brightness * brightness).clamp(0, 255)
