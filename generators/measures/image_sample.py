"""Defines a sample of images that is to be measured."""

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class ImageSample:
    """Images of one kind: `images`, (N, S, S, 1 or 3) uint8.

    Where known, row by row: `sources`, the VIS images they were made from; `truth`, the NIR images
    of the same shots; `people`, (N,) str, who is seen. Sides may differ.
    """

    images: np.ndarray
    sources: np.ndarray | None = None
    truth: np.ndarray | None = None
    people: np.ndarray | None = None

    def take(self, rows: np.ndarray) -> "ImageSample":
        """Gives the sample of some rows, (K,) int, in ascending order, as mapped files need it."""
        chosen = {name: part[rows] for name, part in vars(self).items() if part is not None}
        return replace(self, **chosen)

    def names(self) -> np.ndarray:
        """Gives (N,) str, who is seen; where nobody knows, each image counts as another person."""
        if self.people is None:
            return np.array([f"image {i}" for i in range(len(self.images))])
        return np.asarray(self.people, str)


@dataclass(frozen=True)
class Known:
    """Real images of the people that translators were trained on, both with `people`."""

    nir: ImageSample
    vis: ImageSample
