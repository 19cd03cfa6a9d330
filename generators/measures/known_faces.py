"""Real faces of the people that translators were trained on, ready to be asked about fakes of them.

Whom and what a fake is taken for, whether it is a copy, and how alike two images of them are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from torch import Tensor

from generators.measures import copies
from generators.measures.kind import Known
from generators.measures.likeness import People, pairs_of_people
from generators.measures.pairs import identity
from generators.measures.panel import Panel

MOST_PER_PERSON = 5  # real NIR images of a person that fakes are held against
SEED = 0  # of choices here: all kinds are held against the same images


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
    def of(cls, panel: Panel, known: Known) -> Self:
        """What the panel's judges make of them."""
        few = known.nir.take(few_per_person(known.nir.names(), MOST_PER_PERSON))
        nir, vis = (panel.embeddings(panel.grey(kind.images)) for kind in (few, known.vis))
        training = copies.flattened(panel.grey(known.nir.images))
        people = People(nir, few.names(), vis, known.vis.names())
        return cls(people, training, copies.closest_allowed(training))

    def taken_for(self, faces: np.ndarray, names: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
        """(N, D) embeddings of (N,) people => metrics and their (N,) values, NaN where unknown."""
        infrared = self.people.near_infrared(faces, names)
        right = infrared * self.people.right_person(faces, names)
        yield "nir_likeness", infrared
        yield "nir_person", np.where(np.isin(names, self.people.names), right, np.nan)

    def nearest(self, images: Tensor) -> copies.Nearest:
        """The training images that (N, 1, S, S) uint8 images lie nearest to."""
        return copies.nearest(copies.flattened(images), self.training)

    def copied(self, images: Tensor) -> np.ndarray:
        """(N, 1, S, S) uint8 => (N,) bool, nearer to a training image than these are mostly."""
        return self.nearest(images).distances < self.allowed

    def identities(self) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
        """Pairs of one VIS and one NIR image, of one person and of two.

        => the kind of pair, (K,) cosines and (K,) whom the VIS image shows.
        """
        people = self.people
        rng = np.random.default_rng(SEED)
        rows, *partners = pairs_of_people(people.vis_people, people.nir_people, rng)
        for kind, partner in zip(("genuine", "impostor"), partners, strict=True):
            cosines = identity(people.vis[rows], people.nir[partner])
            yield kind, cosines, people.vis_people[rows]


def few_per_person(names: np.ndarray, most: int) -> np.ndarray:
    """Row numbers, ascending: at most so many of each person, drawn."""
    order = np.random.default_rng(SEED).permutation(len(names))
    kept: dict[str, list[int]] = {}
    for row in order:
        rows = kept.setdefault(names[row], [])
        if len(rows) < most:
            rows.append(int(row))
    return np.sort(np.array([row for rows in kept.values() for row in rows], int))
