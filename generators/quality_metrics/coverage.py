"""Measures precision, recall, density and coverage of fakes and real NIR images.

In the features of Lite0, by nearest neighbours (generators/measures/neighbours.py).
"""

from faces.common.metric import Metric
from generators.measures.measured_sample import MeasuredSample
from generators.measures.neighbours import NEIGHBOURS
from generators.measures.samples import Statistic, coverage_statistic
from generators.quality_metrics.metric import SampleMetrics


def _record(name: str, place: int, high: float | None, description: str) -> Metric:
    return Metric(
        name, name, description, low=0.0, high=high, needs=("efficientnet-lite0",),
        group="coverage", place=place,
    )  # fmt: skip


def _statistic(sample: MeasuredSample) -> Statistic:
    """Return coverage in the features that Lite0 has of the real images and of the sample."""
    real = sample.networks.features(sample.real)
    return coverage_statistic(real, sample.networks.features(sample.images), NEIGHBOURS)


METRIC = SampleMetrics(
    "coverage",
    (
        _record("precision", 1, 1.0, "images that lie inside some real image's ball"),
        _record("recall", 2, 1.0, "real images that lie inside some image's ball"),
        _record("density", 3, None, "real balls that an image lies in, over k"),
        _record("coverage", 4, 1.0, "real balls that hold an image"),
    ),
    50,
    statistic=_statistic,
    fewest=NEIGHBOURS + 1,
)
