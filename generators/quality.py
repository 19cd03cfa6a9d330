"""Measures the image quality of fakes, beside a floor and beside what was never translated.

Every image enters as luminance at one side, so that neither colour nor resolution decides; every
sample has the same number of images, since the Frechet distance falls with it. Looks are not
usefulness: these rows stand beside recognition, not before it, and docs/usefulness.md tells which
of them have gone along with it. The metrics are files in generators/quality_metrics/.

Rows of `images = "real"` compare real NIR of one half of the people with that of the other half:
the floor of a distance, for images of other people than those they are compared with. "reshot" is
the true NIR of the same shots, taken once more with other noise, which only rendered people have:
the ceiling of likeness. "genuine" and "impostor" are pairs of a VIS and a real NIR image, of one
person and of two: between these `identity` is to be read.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from faces.common.progress import Progress, silent
from generators.measures.distances import frechet_distance, kernel_distance
from generators.measures.equal_samples import EqualSamples, TooFewImages, draw_equally
from generators.measures.feature_networks import LITE0_PX, FeatureNetworks
from generators.measures.image_sample import ImageSample, Known
from generators.measures.landmarks import detection_rate
from generators.measures.measurement import Measurement, Row
from generators.measures.memory import Memory
from generators.measures.neighbours import density_coverage, precision_recall
from generators.measures.remembered_networks import RememberedNetworks

__all__ = [
    "FeatureNetworks",
    "ImageSample",
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

    `pairs`: {"images", "row", "training_row", "distance", "allowed"}: the images of each sample, by
    their rows in what was given, that lie nearest to a training image; what lies nearer than
    `allowed` is counted as a copy.
    """

    rows: list[Row]
    pairs: list[Row]


def measure(
    networks: FeatureNetworks,
    samples: Mapping[str, ImageSample],
    real: ImageSample,
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
    """Measures each sample against `real`, NIR that no translator was trained on: half its people.

    At most `count` images of each sample are drawn, always as many of each; samples of the same
    length get the same rows, and equal generators the same half of `real`. `side_px` is the side
    at which everything enters, `lite0_px` the one to which Lite0 enlarges it. `floor` adds the rows
    of "real", "genuine" and "impostor". `progress` counts images, each once for what a sample is as
    a whole and once for what it is image by image. Raises DataError where there are too few images.
    """
    drawn = draw_equally(samples, real, known, count=count, rng=rng, floor=floor)
    remembered = RememberedNetworks(networks, side_px, lite0_px, memory or Memory())
    measurement = Measurement(remembered, drawn.real, drawn.known)
    rows = list(_rows_of_samples(measurement, drawn, progress))
    if floor:
        rows += measurement.real_pairs()
    return Measured(rows, list(_nearest_of_samples(measurement, drawn)))


def _rows_of_samples(
    measurement: Measurement, drawn: EqualSamples, progress: Progress
) -> Iterator[Row]:
    """Gives the rows of every metric that the samples allow."""
    n = drawn.n
    for place, (name, given) in enumerate(drawn.samples.items()):
        sample = measurement.sample(given)
        for step, rows in enumerate((measurement.as_a_whole, measurement.image_by_image), 1):
            yield from rows(name, sample)
            progress(n * (2 * place + step), 2 * n * len(drawn.samples), {})


def _nearest_of_samples(measurement: Measurement, drawn: EqualSamples) -> Iterator[Row]:
    """Gives the images nearest to training images, by their rows among the images given."""
    for name, given in drawn.samples.items():
        for pair in measurement.nearest(name, measurement.sample(given)):
            yield pair | {"row": int(drawn.rows[name][int(pair["row"])])}
