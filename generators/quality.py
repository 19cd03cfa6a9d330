"""Measures the image quality of fakes, of real NIR images and of untranslated VIS images.

All images are converted to luminance at one side, so that neither colour nor resolution matters;
all samples have the same number of images, since the Frechet distance depends on it. Image quality
does not measure usefulness: docs/usefulness.md tells which metrics have agreed with recognition.
The metrics are files in generators/quality_metrics/.

Rows of `images = "real"` compare real NIR images of one half of the people with those of the other
half: the floor of a distance between images of different people. "reshot" are the true NIR images
of the same shots, rendered again with other noise (rendered people only): the ceiling of likeness.
"genuine" and "impostor" are pairs of a VIS and a real NIR image, of one person and of two people:
`identity` is to be compared with both.
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

    `pairs`: {"images", "row", "training_row", "distance", "allowed"}: the images of each sample
    that lie nearest to a training image; `row` is their number in the given sample. An image nearer
    than `allowed` counts as a copy.
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
    """Compare samples with one half of `real`, NIR images that no translator was trained on.

    At most `count` images are drawn, equally many of each sample; samples of the same length get
    the same rows, and equal generators give the same half of `real`. All images are resized to
    `side_px`; Lite0 enlarges them to `lite0_px`. `floor` adds the rows of "real", "genuine" and
    "impostor". `progress` counts every image twice, since there are metrics of whole samples and
    metrics of single images. Raises DataError where there are too few images.
    """
    equal = draw_equally(samples, real, known, count=count, rng=rng, floor=floor)
    remembered = RememberedNetworks(networks, side_px, lite0_px, memory or Memory())
    measurement = Measurement(remembered, equal.real, equal.known)
    rows = list(_rows_of_samples(measurement, equal, progress))
    if floor:
        rows += measurement.real_pairs()
    return Measured(rows, list(_nearest_of_samples(measurement, equal)))


def _rows_of_samples(
    measurement: Measurement, equal: EqualSamples, progress: Progress
) -> Iterator[Row]:
    """Yield the rows of every metric that the samples allow."""
    n = equal.n
    for place, (name, images) in enumerate(equal.samples.items()):
        sample = measurement.sample(images)
        for step, rows in enumerate((measurement.as_a_whole, measurement.image_by_image), 1):
            yield from rows(name, sample)
            progress(n * (2 * place + step), 2 * n * len(equal.samples), {})


def _nearest_of_samples(measurement: Measurement, equal: EqualSamples) -> Iterator[Row]:
    """Yield the images nearest to training images, by their rows in the given samples."""
    for name, images in equal.samples.items():
        for pair in measurement.nearest(name, measurement.sample(images)):
            yield pair | {"row": int(equal.rows[name][int(pair["row"])])}
