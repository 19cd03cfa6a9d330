"""Measures VR@FAR: the share of genuine pairs accepted at a false accept rate, one per rate.

The rule is `recognizer.metrics.accepted`: conservative, and left out where FAR x impostors is below
10. The rates are the setting `recognizer.far_targets`.
"""

import numpy as np

from faces.common.metric import share
from recognizer import impostors, metrics
from recognizer.comparison import Tally
from recognizer.recognition_metrics.metric import MatchingMetric, RateMetric

USUAL_FAR = 0.01


def at_far(far: float) -> MatchingMetric:
    """Return the metric at one false accept rate."""

    def outcomes(tally: Tally) -> np.ndarray:
        return metrics.accepted(tally.counts, far)

    def as_impostor(tally: Tally) -> np.ndarray:
        return impostors.of_rate(tally.counts, tally.at_far[far], tally.own)

    record = share(
        f"vr@far={far:g}",
        f"verification rate at FAR {100 * far:g} %",
        description=f"genuine pairs accepted where at most {100 * far:g} % of impostors are",
        needs=("NIR probes",),
        group="vr@far",
        place=far,
        prominence="leading" if far == USUAL_FAR else "",
    )
    return MatchingMetric(record, 80, outcomes=outcomes, as_impostor=as_impostor)


METRIC = RateMetric("vr@far", at_far, 80)
