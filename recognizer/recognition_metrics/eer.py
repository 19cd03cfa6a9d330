"""Measures EER: the rate at which misses are as frequent as false accepts.

The rule is `recognizer.equal_error.equal_error`. A probe's value is half of whether its genuine
pair is missed there, and half of the share of its impostor pairs that is accepted. Either half
alone has the EER as its mean; together they also tell in which probes a system errs that mistakes
others for them.
"""

import numpy as np

from faces.common.metric import share
from recognizer import impostors
from recognizer.comparison import Tally
from recognizer.recognition_metrics.metric import MatchingMetric


def _outcomes(tally: Tally) -> np.ndarray:
    """-> (P,) float64: the probe's own errors at the crossing."""
    reached = [tally.counts.genuine >= threshold for threshold in tally.crossing.thresholds]
    missed = 1 - tally.crossing.mixed(*reached)
    return np.asarray((missed + tally.false_accepts) / 2)


def _as_impostor(tally: Tally) -> np.ndarray:
    return impostors.of_equal_error(tally.counts, tally.crossing, tally.at_crossing, tally.own)


METRIC = MatchingMetric(
    share(
        "eer",
        "equal error rate",
        description="error rate where misses are as frequent as false accepts",
        better="lower",
        needs=("NIR probes",),
        prominence="leading",
    ),
    70,
    outcomes=_outcomes,
    as_impostor=_as_impostor,
)
