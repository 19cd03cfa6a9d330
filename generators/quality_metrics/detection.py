"""Measures the share of images in which dlib's detector finds a face (measures/landmarks.py)."""

from faces.common.metric import share
from generators.measures.measured_sample import MeasuredSample
from generators.quality_metrics.metric import ImageMetrics, Values


def _values(sample: MeasuredSample) -> Values:
    return {"detection": sample.networks.faces(sample.images).astype(float)}


METRIC = ImageMetrics(
    "detection",
    (
        share(
            "detection",
            "face detected",
            description="images in which dlib's detector finds a face",
            group="faces",
            place=5,
        ),
    ),
    110,
    values=_values,
)
