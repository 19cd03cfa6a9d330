"""Image-quality metrics, one file each, or one for several that share a computation.

A file defines METRIC, a `SampleMetrics` or an `ImageMetrics` (metric.py), or a list of them, with
the records by which they are printed. Other packages add one by an entry point of the group
`nirbench.quality_metrics`.
"""

from faces.common.metric import Metric
from faces.common.registry import Registry
from generators.quality_metrics.metric import QualityMetrics

REGISTRY: Registry[QualityMetrics] = Registry(
    "image-quality metric", __name__, __path__, "METRIC", group="nirbench.quality_metrics"
)


def all_metrics() -> list[QualityMetrics]:
    """Return all metrics, in the order in which they are measured and written."""
    return sorted(REGISTRY.all(), key=lambda metrics: (metrics.order, metrics.name))


def records() -> list[Metric]:
    """Return the records of all metrics, in the same order."""
    return [record for metrics in all_metrics() for record in metrics.records]


def added() -> tuple[str, ...]:
    """Return "name (package version)" of each metric that another package adds, for keys."""
    return REGISTRY.added()
