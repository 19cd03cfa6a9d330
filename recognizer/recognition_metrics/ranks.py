"""Measures rank-k: whether a probe's own person is among the k most similar people.

The rule is `recognizer.metrics.ranks_among`; ties count against the system. It is left out where
the gallery has no more than k people.
"""

from collections.abc import Callable

import numpy as np

from faces.common.errors import DataError
from faces.common.metric import Prominence, share
from recognizer.comparison import Tally
from recognizer.recognition_metrics.metric import MatchingMetric


def _within(k: int) -> Callable[[Tally], np.ndarray]:
    """Return a function of a tally: which probes have rank k or less, (P,) bool."""

    def outcomes(tally: Tally) -> np.ndarray:
        if tally.people <= k:
            raise DataError(f"of {tally.people} gallery people everybody is among the first {k}")
        return np.asarray(tally.ranks <= k)

    return outcomes


def _metric(k: int, order: int, prominence: Prominence = "") -> MatchingMetric:
    """Return rank-k as a metric."""
    record = share(
        f"rank{k}",
        f"rank-{k}",
        description=f"probes whose own person is among the first {k} of the gallery",
        needs=("NIR probes",),
        prominence=prominence,
        hit_or_miss=k == 1,
    )
    return MatchingMetric(record, order, outcomes=_within(k))


METRIC = [_metric(1, 30, "headline"), _metric(5, 40), _metric(10, 50)]
