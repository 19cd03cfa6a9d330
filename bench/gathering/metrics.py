"""Collects the records of the metrics of a run, which its report prints with."""

from collections.abc import Collection, Sequence

from faces.common.metric import Metric
from generators import quality_metrics
from recognizer import recognition_metrics


def metric_records(fars: Sequence[float], names: Collection[str] | None = None) -> list[Metric]:
    """Return the records of recognition, then of image quality; only those of `names`, if given.

    `fars` are the false accept rates of the settings.
    """
    known = [*recognition_metrics.records(fars), *quality_metrics.records()]
    return [record for record in known if names is None or record.name in names]
