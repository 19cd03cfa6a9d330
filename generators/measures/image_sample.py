"""Defines a sample of images that is to be measured."""

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class ImageSample:
    """A sample of images of one kind: `images`, (N, S, S, 1 or 3) uint8.

    Where known, in the same order: `sources`, the VIS images they were made from; `truth`, the NIR
    images of the same shots, both (N, S, S, 1 or 3) uint8 of any side; `people`, (N,) str, who is
    seen.
    """

    images: np.ndarray
    sources: np.ndarray | None = None
    truth: np.ndarray | None = None
    people: np.ndarray | None = None

    def take(self, rows: np.ndarray) -> "ImageSample":
        """Return the sample of some rows, (K,) int, ascending, since mapped files need that."""
        chosen = {name: part[rows] for name, part in vars(self).items() if part is not None}
        return replace(self, **chosen)

    def names(self) -> np.ndarray:
        """Return who is seen, (N,) str; if unknown, each image counts as another person."""
        if self.people is None:
            return np.array([f"image {i}" for i in range(len(self.images))])
        return np.asarray(self.people, str)


@dataclass(frozen=True)
class Known:
    """Real images of the people that translators were trained on, both with `people`."""

    nir: ImageSample
    vis: ImageSample
