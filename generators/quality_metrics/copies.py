"""Measures the share of images that are nearly a training image (measures/copies.py)."""

from faces.common.metric import share
from generators.measures.measured_sample import MeasuredSample
from generators.quality_metrics.metric import ImageMetrics, Values


def _values(sample: MeasuredSample) -> Values:
    return {"copies": sample.known_faces.copied(sample.images).astype(float)}


METRIC = ImageMetrics(
    "copies",
    (
        share(
            "copies",
            "copies of training images",
            description="images nearer to a training image than 99 % of these to one another",
            better="lower",
            needs=("known people",),
            group="faces",
            place=6,
        ),
    ),
    180,
    values=_values,
)
