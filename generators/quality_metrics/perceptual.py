"""Measures the distance of Lite0's feature maps from those of the true NIR image of the shot.

`FeatureNetworks.feature_distances` has the equation (Zhang et al. 2018, equal channel weights).
"""

from faces.common.metric import Metric
from generators.measures.measured_sample import MeasuredSample
from generators.quality_metrics.metric import ImageMetrics, Values


def _values(sample: MeasuredSample) -> Values:
    networks = sample.networks.networks
    return {"perceptual_lite0": networks.feature_distances(sample.images, sample.truth)}


METRIC = ImageMetrics(
    "perceptual_lite0",
    (
        Metric(
            "perceptual_lite0",
            "feature distance from true NIR (Lite0)",
            "distance of feature maps from those of the true NIR image of the shot",
            better="lower",
            low=0.0,
            needs=("efficientnet-lite0", "true NIR"),
            group="truth",
            place=3,
        ),
    ),
    160,
    values=_values,
)
