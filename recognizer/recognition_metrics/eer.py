"""Measures EER: the rate at which false rejects are as frequent as false accepts.

The rule is `recognizer.equal_error.equal_error`. A probe's value is the mean of two errors at that
threshold: whether its genuine pair is rejected, and the share of its impostor pairs that is
accepted. Each of them alone has the EER as its mean; together they also show the probes that are
confused with others.
"""

import numpy as np

from faces.common.metric import share
from recognizer import impostors
from recognizer.comparison import Tally
from recognizer.recognition_metrics.metric import MatchingMetric


def _outcomes(tally: Tally) -> np.ndarray:
    """Return the errors of each probe at the crossing: (P,) float64."""
    reached = [tally.counts.genuine >= threshold for threshold in tally.crossing.thresholds]
    false_rejects = 1 - tally.crossing.mixed(*reached)
    return np.asarray((false_rejects + tally.false_accepts) / 2)


def _as_impostor(tally: Tally) -> np.ndarray:
    """Return the parts of EER: (P,) float64."""
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
