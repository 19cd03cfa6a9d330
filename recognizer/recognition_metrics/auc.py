"""Measures AUC, the area under the ROC, as the mean of the placement values of the probes.

The rule is `recognizer.metrics.placements`; ties count half.
"""

import numpy as np

from faces.common.metric import Metric
from recognizer import impostors, metrics
from recognizer.comparison import Tally
from recognizer.recognition_metrics.metric import MatchingMetric


def _outcomes(tally: Tally) -> np.ndarray:
    """Return the share of all impostor scores below each genuine score: (P,) float64."""
    return metrics.placements(tally.counts)


def _as_impostor(tally: Tally) -> np.ndarray:
    """Return the parts of AUC: (P,) float64."""
    return impostors.of_area(tally.counts, tally.outscored, tally.own)


METRIC = MatchingMetric(
    Metric(
        "auc",
        "area under ROC",
        "how often a genuine pair outscores an impostor pair",
        low=0.0,
        high=1.0,
        needs=("NIR probes",),
        prominence="leading",
    ),
    60,
    outcomes=_outcomes,
    as_impostor=_as_impostor,
)
