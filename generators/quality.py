"""Image quality of fakes, beside a floor and beside what was never translated.

Every image enters as luminance at one side, so that neither colour nor resolution decides; every
kind is measured with the same number of images, since the Frechet distance falls with it. Looks are
not usefulness: these rows stand beside recognition, not before it, and docs/usefulness.md tells
which of them have gone along with it.

Rows of `images = "real"` compare real NIR of one half of the people with that of the other half:
the floor of a distance, for images of other people than those they are held against. "reshot" is
the true NIR of the same shots, taken once more with other noise, which only rendered people have:
the ceiling of likeness. "genuine" and "impostor" are pairs of a VIS and a real NIR image, of one
person and of two: between these `identity` is to be read.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from faces.common.progress import Progress, silent
from generators.measures.distances import frechet_distance, kernel_distance
from generators.measures.drawn import Drawn, TooFewImages, draw_equally
from generators.measures.judges import LITE0_PX, Judges
from generators.measures.kind import Kind, Known
from generators.measures.landmarks import detection_rate
from generators.measures.memory import Memory
from generators.measures.neighbours import density_coverage, precision_recall
from generators.measures.panel import Panel
from generators.measures.yardstick import Row, Yardstick

__all__ = [
    "Judges",
    "Kind",
    "Known",
    "Measured",
    "Memory",
    "Row",
    "TooFewImages",
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
    progress: Progress = silent,
) -> Measured:
    """Measures each kind against `real`, NIR that no translator was trained on: half of its people.

    At most `count` images of each kind are drawn, always as many of each; kinds of the same length
    get the same rows, and equal generators the same half of `real`. `side_px` is the side at which
    everything enters, `lite0_px` the one to which Lite0 enlarges it. `floor` adds the rows of
    "real", "genuine" and "impostor". `progress` counts images, each once for what a kind is as a
    whole and once for what it is image by image. Raises DataError where there are too few images.
    """
    drawn = draw_equally(kinds, real, known, count=count, rng=rng, floor=floor)
    panel = Panel(judges, side_px, lite0_px, memory or Memory())
    yardstick = Yardstick(panel, drawn.real, drawn.known)
    rows = list(rows_of_kinds(yardstick, drawn, progress))
    if floor:
        rows += yardstick.identities()
    return Measured(rows, list(pairs_of_kinds(yardstick, drawn)))


def rows_of_kinds(yardstick: Yardstick, drawn: Drawn, progress: Progress) -> Iterator[Row]:
    """Every figure that the kinds' images allow."""
    n = drawn.n
    for place, (name, kind) in enumerate(drawn.kinds.items()):
        for step, look in enumerate((yardstick.as_a_whole, yardstick.image_by_image), 1):
            yield from look(name, kind)
            progress(n * (2 * place + step), 2 * n * len(drawn.kinds), {})


def pairs_of_kinds(yardstick: Yardstick, drawn: Drawn) -> Iterator[Row]:
    """The images nearest to training images, by their rows among the images given."""
    for name, kind in drawn.kinds.items():
        for pair in yardstick.pairs(name, kind):
            yield pair | {"row": int(drawn.rows[name][pair["row"]])}
