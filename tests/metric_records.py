"""The records of the metrics there are, for tests of whatever prints them."""

from faces.common.metric import Metric, by_name, unknown
from generators import quality_metrics
from recognizer import recognition_metrics

FARS = (0.1, 0.01, 0.001)
RECORDS = (*recognition_metrics.records(FARS), *quality_metrics.records())


def record(name: str) -> Metric:
    """Return the record of that name, or that of an unknown metric."""
    return by_name(RECORDS).get(name) or unknown(name)
