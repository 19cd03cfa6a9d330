"""Image quality of fakes, beside a floor and beside what was never translated.

Every image enters as luminance at one side, so that neither colour nor resolution decides; every
kind is measured with the same number of images, since the Frechet distance falls with it. Looks are
not usefulness: these rows stand beside recognition, not before it, and docs/usefulness.md tells
which of them have gone along with it.

Rows of `images = "real"` compare one half of real NIR with the other: the floor of a distance.
"reshot" is the true NIR of the same shots, taken once more with other noise, which only rendered
people have: the ceiling of likeness. "genuine" and "impostor" are pairs of a VIS and a real NIR
image, of one person and of two: between these `identity` is to be read.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from faces.errors import DataError
from generators.measures.distances import frechet_distance, kernel_distance
from generators.measures.judges import LITE0_PX, Judges
from generators.measures.kind import Kind, Known
from generators.measures.landmarks import detection_rate
from generators.measures.memory import Memory
from generators.measures.neighbours import density_coverage, precision_recall
from generators.measures.panel import Panel
from generators.measures.yardstick import NEIGHBOURS, Row, Yardstick

__all__ = [
    "Judges",
    "Kind",
    "Known",
    "Measured",
    "Memory",
    "density_coverage",
    "detection_rate",
    "frechet_distance",
    "kernel_distance",
    "measure",
    "precision_recall",
]


class Measured(NamedTuple):
    """`rows`: {"images", "metric", "value", "n", "ci_low", "ci_high"}, NaN without an interval.

    `pairs`: {"images", "row", "training_row", "distance", "allowed"}: the images of each kind, by
    their rows in what was given, that lie nearest to a training image; what lies nearer than
    `allowed` is counted as a copy.
    """

    rows: list[Row]
    pairs: list[Row]


def measure(
    judges: Judges,
    kinds: Mapping[str, Kind],
    real: Kind,
    *,
    count: int,
    side_px: int,
    rng: np.random.Generator,
    known: Known | None = None,
    lite0_px: int = LITE0_PX,
    floor: bool = True,
    memory: Memory | None = None,
) -> Measured:
    """Measures each kind against one half of `real`, NIR that no translator was trained on.

    At most `count` images of each kind are drawn, always as many of each; kinds of the same length
    get the same rows, and equal generators the same half of `real`. `side_px` is the side at which
    everything enters, `lite0_px` the one to which Lite0 enlarges it. `floor` adds the rows of
    "real", "genuine" and "impostor". Raises DataError where there are too few images.
    """
    n = matched_count(count, real.images, kinds)
    order, seed = rng.permutation(len(real.images)), rng.integers(2**63)
    first, second = np.sort(order[:n]), np.sort(order[n : 2 * n])
    chosen = {name: draw(len(kind.images), n, seed) for name, kind in kinds.items()}
    drawn = {name: kind.take(chosen[name]) for name, kind in kinds.items()}
    if known is not None:
        vis = known.vis.take(draw(len(known.vis.images), min(n, len(known.vis.images)), seed))
        known = Known(known.nir, vis)
    panel = Panel(judges, side_px, lite0_px, memory or Memory())
    yardstick = Yardstick(panel, real.take(first), known)
    if floor:
        chosen["real"], drawn["real"] = second, real.take(second)
    rows = [row for name, kind in drawn.items() for row in yardstick.rows(name, kind)]
    pairs = [
        pair | {"row": int(chosen[name][pair["row"]])}
        for name, kind in drawn.items()
        for pair in yardstick.pairs(name, kind)
    ]
    return Measured([*rows, *(yardstick.identities() if floor else ())], pairs)


class TooFewImages(DataError):
    """So few images that comparing them would tell nothing."""


def matched_count(count: int, real: np.ndarray, kinds: Mapping[str, Kind]) -> int:
    """How many of each can be compared, if `real` also has to fill the other half of the floor."""
    n = min(count, len(real) // 2, *(len(kind.images) for kind in kinds.values()))
    if n <= NEIGHBOURS:
        raise TooFewImages(
            f"image quality: {n} images of each kind, from {len(real)} real NIR ones; at least "
            f"{NEIGHBOURS + 1} and twice as many real ones are needed: hold out more NIR images"
        )
    return n


def draw(length: int, n: int, seed: int) -> np.ndarray:
    """n of `length` row numbers, ascending."""
    return np.sort(np.random.default_rng(seed).permutation(length)[:n])
