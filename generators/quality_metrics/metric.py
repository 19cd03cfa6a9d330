"""Defines an image-quality metric: a function and the records of its values.

There are two forms. `SampleMetrics` compare a sample of images as a whole with real NIR images;
their intervals come from leaving out groups of people. `ImageMetrics` give each image a value, and
the metric is the mean.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from faces.common.errors import UsageError
from faces.common.metric import Metric
from generators.measures.known_faces import KnownFaces
from generators.measures.measured_sample import NEEDS, MeasuredSample
from generators.measures.samples import Statistic

LAST = 1000  # the order of metrics that state none

Values = Mapping[str, np.ndarray]
RealPairs = Iterator[tuple[str, np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class QualityMetrics:
    """Metrics that share a computation, with their records; the smallest `order` comes first.

    They are computed where everything that a record needs is available
    (`measured_sample.NEEDS`). Raises UsageError where a record needs something else.
    """

    name: str
    records: tuple[Metric, ...]
    order: int = LAST

    def __post_init__(self) -> None:
        for need in self.needs:
            if need not in NEEDS:
                raise UsageError(
                    f"image-quality metric {self.name!r} needs {need!r}, which is never there; "
                    f"mend the metric: it may need {', '.join(NEEDS)}"
                )

    @property
    def needs(self) -> tuple[str, ...]:
        """All that the records need, without repetition."""
        return tuple(dict.fromkeys(need for record in self.records for need in record.needs))

    def possible(self, sample: MeasuredSample) -> bool:
        """Tell whether a sample has everything that the records need."""
        return all(sample.has(need) for need in self.needs)


@dataclass(frozen=True, kw_only=True)
class SampleMetrics(QualityMetrics):
    """Metrics of a whole sample.

    `statistic` takes the sample and returns a function of (n,) int row numbers of the real images
    and (m,) int row numbers of the sample => {record's name: value}, which needs at least `fewest`
    rows of each.
    """

    statistic: Callable[[MeasuredSample], Statistic]
    fewest: int = 2


@dataclass(frozen=True, kw_only=True)
class ImageMetrics(QualityMetrics):
    """Metrics that are means over images.

    `values` takes the sample and returns {record's name: (N,) float64 values}, NaN where an image
    has none. `real_pairs`, if given, yields values of pairs of real images for the first record:
    ("genuine" or "impostor", (K,) float64 values, (K,) str who is seen).
    """

    values: Callable[[MeasuredSample], Values]
    real_pairs: Callable[[KnownFaces], RealPairs] | None = None
