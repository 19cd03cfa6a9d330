"""Measures FNIR: enrolled people who are not found in an open set (recognizer/open_set.py).

A probe of an enrolled person is found where its own person comes first among those enrolled and
reaches the threshold, which was set on VIS pairs (recognizer/thresholds.py). A miss is not found.
The rate is that of ISO/IEC 19795-1 and of NIST's FRVT 1:N at rank 1.
"""

from collections.abc import Callable

import numpy as np

from faces.common.errors import DataError
from faces.common.metric import share
from recognizer.comparison import Tally
from recognizer.recognition_metrics.metric import MatchingMetric
from recognizer.thresholds import FMRS, name_of


def _at(threshold: str) -> Callable[[Tally], np.ndarray]:
    """Return a function of a tally: which enrolled people are not found, (P,), NaN for others."""

    def outcomes(tally: Tally) -> np.ndarray:
        if tally.stranger.all() and tally.missed_stranger.all():
            raise DataError("no probe shows a person who is enrolled in the open set")
        genuine = tally.counts.genuine
        found = (genuine >= tally.thresholds.at(threshold)) & (genuine > tally.rival)
        return np.where(tally.stranger, np.nan, ~found)

    return outcomes


def _of_misses(tally: Tally) -> np.ndarray:
    """Return 1 for a miss of an enrolled person, NaN for others: (M,) float64."""
    return np.where(tally.missed_stranger, np.nan, 1.0)


def _metric(fmr: float) -> MatchingMetric:
    """Return the FNIR at one threshold as a metric."""
    record = share(
        f"fnir@{name_of('vis', fmr)}",
        f"FNIR at VIS FMR {100 * fmr:g} %",
        description="open set: probes of enrolled people that do not return their person first, "
        f"above the threshold where at most {100 * fmr:g} % of VIS pairs are accepted",
        better="lower",
        needs=("NIR probes",),
    )
    return MatchingMetric(record, 93, outcomes=_at(name_of("vis", fmr)), of_misses=_of_misses)


METRIC = [_metric(fmr) for fmr in FMRS]
