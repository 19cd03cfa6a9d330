"""Measures the landmark shift: how far five landmarks lie from the VIS source's, in pixels."""

import numpy as np

from faces.common.metric import Metric
from generators.measures.landmarks import displacement
from generators.measures.measured_sample import MeasuredSample
from generators.quality_metrics.metric import ImageMetrics, Values


def _values(sample: MeasuredSample) -> Values:
    found = [sample.networks.points(images) for images in (sample.images, sample.sources)]
    images, sources = (np.asarray(points) for points in found)
    return {"landmarks": displacement(images, sources)}


METRIC = ImageMetrics(
    "landmarks",
    (
        Metric(
            "landmarks",
            "landmark shift",
            "mean distance of five landmarks from those of the VIS source",
            unit="px",
            digits=2,
            better="lower",
            low=0.0,
            needs=("dlib-landmarks-5", "VIS sources"),
            group="faces",
            place=4,
        ),
    ),
    130,
    values=_values,
)
