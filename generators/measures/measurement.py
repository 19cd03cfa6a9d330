"""Measures samples of images by all metrics, with the interval of each value."""

from collections.abc import Iterator

import numpy as np

from faces.common.metric import Metric, by_name
from generators.measures.image_sample import ImageSample, Known
from generators.measures.intervals import Figures, group_people, jackknife
from generators.measures.known_faces import KnownFaces
from generators.measures.measured_sample import MeasuredSample
from generators.measures.remembered_networks import RememberedNetworks
from generators.quality_metrics import all_metrics
from generators.quality_metrics.metric import ImageMetrics, QualityMetrics, SampleMetrics

PAIRS_LISTED = 12
SEED = 0  # of the division of people into groups for intervals

Row = dict[str, str | float | int]


class Measurement:
    """Compares samples with real NIR images of unseen people and with images of known people.

    `metrics` are all registered ones by default.
    """

    def __init__(
        self,
        networks: RememberedNetworks,
        real: ImageSample,
        known: Known | None,
        metrics: list[QualityMetrics] | None = None,
    ) -> None:
        self.networks, self.real = networks, real
        self.metrics = all_metrics() if metrics is None else metrics
        self.real_images = networks.grey(real.images)
        self.known = None if known is None else KnownFaces.of(networks, known)

    def sample(self, sample: ImageSample) -> MeasuredSample:
        """Return a sample with everything that metrics need to measure it."""
        return MeasuredSample(self.networks, sample, self.real_images, self.known)

    def as_a_whole(self, name: str, sample: MeasuredSample) -> Iterator[Row]:
        """Yield the rows of the metrics of whole samples."""
        people = self.real.names(), sample.people
        groups = group_people(*people, rng=np.random.default_rng(SEED))
        for metrics in self.metrics:
            if isinstance(metrics, SampleMetrics) and metrics.possible(sample):
                figures = jackknife(metrics.statistic(sample), *groups, fewest=metrics.fewest)
                yield from _rows_of(name, metrics.records, figures, len(sample.people))

    def image_by_image(self, name: str, sample: MeasuredSample) -> Iterator[Row]:
        """Yield the rows of the metrics of single images: their means."""
        for metrics in self.metrics:
            if isinstance(metrics, ImageMetrics) and metrics.possible(sample):
                values = metrics.values(sample)
                for record in metrics.records:
                    yield from _mean_rows(name, record, values[record.name], sample.people)

    def real_pairs(self) -> Iterator[Row]:
        """Yield the rows of pairs of real images, for the metrics that have such pairs."""
        for metrics in self.metrics:
            if self.known and isinstance(metrics, ImageMetrics) and metrics.real_pairs:
                for pairs, values, people in metrics.real_pairs(self.known):
                    yield from _mean_rows(pairs, metrics.records[0], values, people)

    def nearest(self, name: str, sample: MeasuredSample) -> Iterator[Row]:
        """Yield the images that lie nearest to a training image, with both row numbers."""
        if self.known is None:
            return
        near = self.known.nearest(sample.images)
        for row in np.argsort(near.distances, kind="stable")[:PAIRS_LISTED]:
            distance = float(near.distances[row])
            yield {"images": name, "row": int(row), "training_row": int(near.rows[row]),
                   "distance": distance, "allowed": self.known.allowed}  # fmt: skip


def _mean_rows(name: str, record: Metric, values: np.ndarray, people: np.ndarray) -> Iterator[Row]:
    """Yield the row of the mean of (N,) float64 values of images of (N,) str people.

    NaN values are left out; if all are, there is no row.
    """
    valid = ~np.isnan(values)
    if not valid.any():
        return
    kept = values[valid]
    groups = group_people(people[valid], rng=np.random.default_rng(SEED))
    figures = jackknife(lambda rows: {record.name: float(kept[rows].mean())}, *groups)
    yield from _rows_of(name, (record,), figures, len(kept))


def _rows_of(name: str, records: tuple[Metric, ...], figures: Figures, n: int) -> Iterator[Row]:
    """Yield rows of quality.csv; intervals end at the bounds of their metric."""
    known = by_name(records)
    for metric, value in figures.values.items():
        low, high = known[metric].cut(figures.low[metric], figures.high[metric])
        yield {"images": name, "metric": metric, "value": float(value), "n": n,
               "ci_low": float(low), "ci_high": float(high)}  # fmt: skip
