"""Measures EER: the rate at which false rejects are as frequent as false accepts.

The rule is `recognizer.equal_error.equal_error`: a miss is a rejected genuine pair, as in the ROC
curve of a run. A probe's value is whether its genuine pair is rejected at that threshold (in part,
where the crossing lies between two thresholds), and 1 for a miss; the mean is the EER.
"""

import numpy as np

from faces.common.metric import share
from recognizer import impostors
from recognizer.comparison import Tally
from recognizer.recognition_metrics.metric import MatchingMetric


def _outcomes(tally: Tally) -> np.ndarray:
    """Tell which genuine pairs are rejected at the crossing: (P,) float64 from 0 to 1."""
    reached = [tally.counts.genuine >= threshold for threshold in tally.crossing.thresholds]
    return np.asarray(1 - tally.crossing.mixed(*reached))


def _as_impostor(tally: Tally) -> np.ndarray:
    """Return the parts of EER: (P,) float64."""
    return impostors.of_equal_error(
        tally.counts, tally.crossing, tally.at_crossing, own=tally.own, misses=tally.misses
    )


METRIC = MatchingMetric(
    share(
        "eer",
        "equal error rate",
        description="error rate at the threshold where false rejects, missed faces among them, are "
        "as frequent as false accepts",
        better="lower",
        needs=("NIR probes",),
        prominence="leading",
    ),
    70,
    outcomes=_outcomes,
    as_impostor=_as_impostor,
)
