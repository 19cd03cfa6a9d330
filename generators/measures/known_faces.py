"""Compares fakes with real faces of the people that translators were trained on.

They tell as which person and spectrum a fake is classified, whether it is a copy, and how similar
real images of one person and of two people are.
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
SEED = 0  # of the choices of images, so that all samples are compared with the same ones


@dataclass(frozen=True)
class KnownFaces:
    """Real faces of known people.

    `people`: embeddings of dlib's face network in both spectra, of at most MOST_PER_PERSON NIR
    images of each person. `training`: (M, 1024) `flattened` NIR images, all that translators were
    trained on. An image nearer to one of them than `allowed` counts as a copy.
    """

    people: People
    training: np.ndarray
    allowed: float

    @classmethod
    def of(cls, networks: RememberedNetworks, known: Known) -> Self:
        """Compute the embeddings and the distances of real images of known people."""
        chosen = known.nir.take(_at_most_per_person(known.nir.names(), MOST_PER_PERSON))
        nir = networks.embeddings(networks.grey(chosen.images))
        vis = networks.embeddings(networks.grey(known.vis.images))
        training = copies.flattened(networks.grey(known.nir.images))
        people = People(nir, chosen.names(), vis, known.vis.names())
        return cls(people, training, copies.closest_allowed(training))

    def taken_for(self, faces: np.ndarray, names: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Classify (N, D) float embeddings of (N,) str people: as NIR, and as NIR of that person.

        => two (N,) float64 of 1 or 0, NaN where there is no real image to compare with.
        """
        infrared = self.people.near_infrared(faces, names)
        right = infrared * self.people.right_person(faces, names)
        return infrared, np.where(np.isin(names, self.people.names), right, np.nan)

    def nearest(self, images: Tensor) -> copies.Nearest:
        """Return the nearest training image of each of (N, 1, S, S) uint8 images."""
        return copies.nearest(copies.flattened(images), self.training)

    def copied(self, images: Tensor) -> np.ndarray:
        """Tell which images count as copies: (N, 1, S, S) uint8 => (N,) bool."""
        return self.nearest(images).distances < self.allowed

    def identities(self) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
        """Compare pairs of one VIS and one NIR image, of one person and of two people.

        Yields "genuine" or "impostor", (K,) float64 cosines, (K,) str who the VIS image shows.
        """
        people = self.people
        rng = np.random.default_rng(SEED)
        rows, *partners = pairs_of_people(people.vis_people, people.nir_people, rng)
        for pair, partner in zip(("genuine", "impostor"), partners, strict=True):
            cosines = identity(people.vis[rows], people.nir[partner])
            yield pair, cosines, people.vis_people[rows]


def _at_most_per_person(names: np.ndarray, most: int) -> np.ndarray:
    """Draw at most `most` images of each person: (N,) str => (K,) int, ascending row numbers."""
    order = np.random.default_rng(SEED).permutation(len(names))
    kept: dict[str, list[int]] = {}
    for row in order:
        rows = kept.setdefault(names[row], [])
        if len(rows) < most:
            rows.append(int(row))
    return np.sort(np.array([row for rows in kept.values() for row in rows], int))
