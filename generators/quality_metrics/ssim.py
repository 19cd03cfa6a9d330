"""Measures SSIM with the true NIR image of the same shot (generators/measures/pairs.py)."""

from faces.common.metric import Metric
from generators.measures.measured_sample import MeasuredSample
from generators.measures.pairs import ssim
from generators.quality_metrics.metric import ImageMetrics, Values


def _values(sample: MeasuredSample) -> Values:
    return {"ssim": ssim(sample.images, sample.truth)}


METRIC = ImageMetrics(
    "ssim",
    (
        Metric(
            "ssim",
            "SSIM with true NIR",
            "structural similarity with the true NIR image of the shot",
            needs=("true NIR",),
            group="truth",
            place=1,
        ),
    ),
    140,
    values=_values,
)
