"""What is compared: as many images of every kind, and two halves of real NIR that share nobody.

One half is what kinds are held against, the other the floor. If both showed the same people, the
floor would lie lower than images of other people can come, true NIR ones included.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from faces.common.errors import DataError
from generators.measures.kind import Kind, Known
from generators.measures.yardstick import NEIGHBOURS

Halves = tuple[np.ndarray, np.ndarray]


class TooFewImages(DataError):
    """So few images that comparing them would tell nothing."""


@dataclass(frozen=True)
class Drawn:
    """`n` images of each of `kinds`, to be held against the n of `real`.

    `rows`: per kind the numbers of its images among those given. `known` has at most n VIS images,
    and every NIR one.
    """

    n: int
    real: Kind
    kinds: dict[str, Kind]
    rows: dict[str, np.ndarray]
    known: Known | None


def draw_equally(
    kinds: Mapping[str, Kind],
    real: Kind,
    known: Known | None,
    *,
    count: int,
    rng: np.random.Generator,
    floor: bool,
) -> Drawn:
    """At most `count` of each; `floor` adds the other half of `real`, as the kind "real".

    Kinds of the same length get the same rows, and equal generators the same halves.
    """
    parts = halves(real.names(), rng)
    n, seed = matched_count(count, parts, kinds), int(rng.integers(2**63))
    first, second = (half[draw(len(half), n, seed)] for half in parts)
    rows = {name: draw(len(kind.images), n, seed) for name, kind in kinds.items()}
    some = {name: kind.take(rows[name]) for name, kind in kinds.items()}
    if floor:
        rows["real"], some["real"] = second, real.take(second)
    if known is not None:
        vis = len(known.vis.images)
        known = Known(known.nir, known.vis.take(draw(vis, min(n, vis), seed)))
    return Drawn(n, real.take(first), some, rows, known)


def halves(people: np.ndarray, rng: np.random.Generator) -> Halves:
    """(N,) str, whom each image shows => the row numbers of two halves, ascending.

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


def matched_count(count: int, parts: Halves, kinds: Mapping[str, Kind]) -> int:
    """How many of each can be compared, if each of the two halves has to hold as many."""
    n = min(count, *map(len, parts), *(len(kind.images) for kind in kinds.values()))
    if n <= NEIGHBOURS:
        sizes = " and ".join(str(len(half)) for half in parts)
        raise TooFewImages(
            f"image quality: {n} images of each kind, from halves of {sizes} real NIR images that "
            f"show different people; at least {NEIGHBOURS + 1} of each are needed: hold out more "
            "NIR images"
        )
    return n


def draw(length: int, n: int, seed: int) -> np.ndarray:
    """n of `length` row numbers, ascending."""
    return np.sort(np.random.default_rng(seed).permutation(length)[:n])
