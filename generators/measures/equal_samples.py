"""Draws equally large samples: of every kind of images, and two halves of real NIR images.

The halves share no person. One is what the other samples are compared with, the other is the floor.
If both showed the same people, the floor would lie lower than images of other people can come, true
NIR ones included.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from faces.common.errors import DataError
from generators.measures.image_sample import ImageSample, Known
from generators.measures.neighbours import NEIGHBOURS

Halves = tuple[np.ndarray, np.ndarray]


class TooFewImages(DataError):
    """So few images that comparing them would tell nothing."""


@dataclass(frozen=True)
class EqualSamples:
    """`n` images of each of `samples`, to be compared with the n of `real`.

    `rows`: per sample (n,) int, the numbers of its images among those given. `known` has at most n
    VIS images, and every NIR one.
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
    """Draws at most `count` of each; `floor` adds the other half of `real`, called "real".

    Samples of the same length get the same rows, and equal generators the same halves. Raises
    TooFewImages where there are not enough to compare.
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
    """(N,) str, whom each image shows -> two (about N / 2,) int, ascending row numbers.

    People come in random order, each into the half with fewer images. Where there is but one
    person, images are dealt instead.
    """
    names, which = np.unique(people, return_inverse=True)
    if len(names) == 1:
        which = np.arange(len(people))
    images = np.bincount(which)
    half, held = np.empty(len(images), int), [0, 0]
    for person in rng.permutation(len(images)):
        half[person] = held[1] < held[0]
        held[half[person]] += images[person]
    return np.flatnonzero(half[which] == 0), np.flatnonzero(half[which] == 1)


def _matched_count(count: int, parts: Halves, samples: Mapping[str, ImageSample]) -> int:
    """Gives how many of each can be compared, if each of the two halves has to hold as many."""
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
    """Gives (n,) int: so many of `length` row numbers, ascending."""
    return np.sort(np.random.default_rng(seed).permutation(length)[:n])
