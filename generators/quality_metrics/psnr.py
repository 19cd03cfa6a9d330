"""Measures PSNR with the true NIR image of the shot, in decibels (measures/pairs.py)."""

from faces.common.metric import Metric
from generators.measures.measured_sample import MeasuredSample
from generators.measures.pairs import psnr
from generators.quality_metrics.metric import ImageMetrics, Values


def _values(sample: MeasuredSample) -> Values:
    return {"psnr": psnr(sample.images, sample.truth)}


METRIC = ImageMetrics(
    "psnr",
    (
        Metric(
            "psnr",
            "PSNR with true NIR",
            "peak signal-to-noise ratio with the true NIR image of the shot",
            unit="dB",
            digits=1,
            needs=("true NIR",),
            group="truth",
            place=2,
        ),
    ),
    150,
    values=_values,
)
