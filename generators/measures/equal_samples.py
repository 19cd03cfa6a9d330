"""Draws equally large samples of every image kind, and two halves of the real NIR images.

The halves have no person in common. The samples are compared with one half; the other half,
compared with it, is the floor. If both showed the same people, the floor would be lower than images
of other people can reach, even true NIR images.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from faces.common.errors import DataError
from generators.measures.image_sample import ImageSample, Known
from generators.measures.neighbours import NEIGHBOURS

Halves = tuple[np.ndarray, np.ndarray]


class TooFewImages(DataError):
    """There are too few images for a meaningful comparison."""


@dataclass(frozen=True)
class EqualSamples:
    """`n` images of each of `samples`, to be compared with the n of `real`.

    `rows`: per sample (n,) int, the row numbers of its images in the given sample. `known` has at
    most n VIS images, and all NIR images.
    """

    n: int
    real: ImageSample
    samples: dict[str, ImageSample]
    rows: dict[str, np.ndarray]
    known: Known | None


def draw_equally(
    samples: Mapping[str, ImageSample],
    real: ImageSample,
    known: Known | None,
    *,
    count: int,
    rng: np.random.Generator,
    floor: bool,
) -> EqualSamples:
    """Draw the same number of images, at most `count`, of each sample and of one half of `real`.

    `floor` adds the other half of `real` as the sample "real". Samples of the same length get the
    same rows, and equal generators give the same halves. Raises TooFewImages where there are not
    enough to compare.
    """
    parts = halves(real.names(), rng)
    n, seed = _matched_count(count, parts, samples), int(rng.integers(2**63))
    first, second = (half[_draw(len(half), n, seed)] for half in parts)
    rows = {name: _draw(len(sample.images), n, seed) for name, sample in samples.items()}
    chosen = {name: sample.take(rows[name]) for name, sample in samples.items()}
    if floor:
        rows["real"], chosen["real"] = second, real.take(second)
    if known is not None:
        vis = len(known.vis.images)
        known = Known(known.nir, known.vis.take(_draw(vis, min(n, vis), seed)))
    return EqualSamples(n, real.take(first), chosen, rows, known)


def halves(people: np.ndarray, rng: np.random.Generator) -> Halves:
    """Divide images into two halves without a common person, in random order of people.

    `people`: (N,) str, who each image shows => two (about N / 2,) int, ascending row numbers. Each
    person goes to the half with fewer images so far. If there is only one person, single images
    are divided instead.
    """
    names, person_of = np.unique(people, return_inverse=True)
    if len(names) == 1:
        person_of = np.arange(len(people))
    images = np.bincount(person_of)
    half, counts = np.empty(len(images), int), [0, 0]
    for person in rng.permutation(len(images)):
        half[person] = counts[1] < counts[0]
        counts[half[person]] += images[person]
    return np.flatnonzero(half[person_of] == 0), np.flatnonzero(half[person_of] == 1)


def _matched_count(count: int, parts: Halves, samples: Mapping[str, ImageSample]) -> int:
    """Return how many images of each sample and half can be compared. Raises TooFewImages."""
    n = min(count, *map(len, parts), *(len(sample.images) for sample in samples.values()))
    if n <= NEIGHBOURS:
        sizes = " and ".join(str(len(half)) for half in parts)
        raise TooFewImages(
            f"image quality: {n} images of each kind, from halves of {sizes} real NIR images that "
            f"show different people; at least {NEIGHBOURS + 1} of each are needed: hold out more "
            "NIR images"
        )
    return n


def _draw(length: int, n: int, seed: int) -> np.ndarray:
    """Draw n of `length` row numbers: (n,) int, ascending."""
    return np.sort(np.random.default_rng(seed).permutation(length)[:n])
