"""Recognition metrics, one file each: records, and the rules of recognizer/metrics.py to use.

A file defines METRIC, one of the forms in metric.py or a list of them. Other packages add one by an
entry point of the group `nirbench.recognition_metrics`.
"""

from collections.abc import Sequence

from faces.common.metric import Metric
from faces.common.registry import Registry
from recognizer.recognition_metrics.metric import (
    ClassificationMetric,
    MatchingMetric,
    RecognitionMetric,
)

REGISTRY: Registry[RecognitionMetric] = Registry(
    "recognition metric", __name__, __path__, "METRIC", group="nirbench.recognition_metrics"
)


def _all_metrics() -> list[RecognitionMetric]:
    """Return all metrics, in the order in which they are computed and written."""
    return sorted(REGISTRY.all(), key=lambda metric: (metric.order, metric.name))


def of_matching(fars: Sequence[float]) -> list[MatchingMetric]:
    """Return the metrics of matching probes to a gallery; `fars` are the false accept rates."""
    return [at_rate for metric in _all_metrics() for at_rate in metric.at(fars)
            if isinstance(at_rate, MatchingMetric)]  # fmt: skip


def of_classification(spectrum: str) -> list[ClassificationMetric]:
    """Return the metrics of classifying images of one spectrum."""
    found = (metric for metric in _all_metrics() if isinstance(metric, ClassificationMetric))
    return [metric for metric in found if metric.spectrum == spectrum]


def records(fars: Sequence[float]) -> list[Metric]:
    """Return the records of all metrics, with one per false accept rate where it depends on it."""
    return [at_rate.record for metric in _all_metrics() for at_rate in metric.at(fars)]


def added() -> tuple[str, ...]:
    """Return "name (package version)" of each metric that another package adds, for keys."""
    return REGISTRY.added()
