"""Holds real faces of the people that translators were trained on, to compare fakes with.

Whom and what a fake is taken for, whether it is a copy, and how alike two images of them are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from torch import Tensor

from generators.measures import copies
from generators.measures.image_sample import Known
from generators.measures.likeness import People, pairs_of_people
from generators.measures.pairs import identity
from generators.measures.remembered_networks import RememberedNetworks

MOST_PER_PERSON = 5  # real NIR images of a person that fakes are compared with
SEED = 0  # of choices here: all samples are compared with the same images


@dataclass(frozen=True)
class KnownFaces:
    """`people`: embeddings of dlib's face network in both spectra, a few in NIR of each person.

    `training`: (M, 1024) `flattened` NIR images, all that translators saw. What lies nearer to one
    of them than `allowed` is counted as a copy.
    """

    people: People
    training: np.ndarray
    allowed: float

    @classmethod
    def of(cls, networks: RememberedNetworks, known: Known) -> Self:
        """Gives what the feature networks make of them."""
        chosen = known.nir.take(_at_most_per_person(known.nir.names(), MOST_PER_PERSON))
        nir = networks.embeddings(networks.grey(chosen.images))
        vis = networks.embeddings(networks.grey(known.vis.images))
        training = copies.flattened(networks.grey(known.nir.images))
        people = People(nir, chosen.names(), vis, known.vis.names())
        return cls(people, training, copies.closest_allowed(training))

    def taken_for(self, faces: np.ndarray, names: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(N, D) float embeddings of (N,) people -> (N,) taken for NIR, (N,) for their own NIR.

        Both are 1.0 or 0.0; NaN where there is no real image to tell.
        """
        infrared = self.people.near_infrared(faces, names)
        right = infrared * self.people.right_person(faces, names)
        return infrared, np.where(np.isin(names, self.people.names), right, np.nan)

    def nearest(self, images: Tensor) -> copies.Nearest:
        """(N, 1, S, S) uint8 -> the training images that they lie nearest to."""
        return copies.nearest(copies.flattened(images), self.training)

    def copied(self, images: Tensor) -> np.ndarray:
        """(N, 1, S, S) uint8 -> (N,) bool, nearer to a training image than these are mostly."""
        return self.nearest(images).distances < self.allowed

    def identities(self) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
        """Compares pairs of one VIS and one NIR image, of one person and of two.

        -> "genuine" or "impostor", (K,) float64 cosines, (K,) str whom the VIS image shows.
        """
        people = self.people
        rng = np.random.default_rng(SEED)
        rows, *partners = pairs_of_people(people.vis_people, people.nir_people, rng)
        for pair, partner in zip(("genuine", "impostor"), partners, strict=True):
            cosines = identity(people.vis[rows], people.nir[partner])
            yield pair, cosines, people.vis_people[rows]


def _at_most_per_person(names: np.ndarray, most: int) -> np.ndarray:
    """(N,) str -> (K,) int, ascending row numbers: at most so many of each person, drawn."""
    order = np.random.default_rng(SEED).permutation(len(names))
    kept: dict[str, list[int]] = {}
    for row in order:
        rows = kept.setdefault(names[row], [])
        if len(rows) < most:
            rows.append(int(row))
    return np.sort(np.array([row for rows in kept.values() for row in rows], int))
