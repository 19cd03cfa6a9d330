"""Measures FPIR: strangers for whom an open set returns somebody (recognizer/open_set.py).

A probe of a person who is not enrolled is a false positive where any enrolled person reaches the
threshold, which was set on VIS pairs (recognizer/thresholds.py). A miss returns nobody. The rate is
that of ISO/IEC 19795-1 and of NIST's FRVT 1:N.
"""

from collections.abc import Callable

import numpy as np

from faces.common.errors import DataError
from faces.common.metric import share
from recognizer.comparison import Tally
from recognizer.recognition_metrics.metric import MatchingMetric
from recognizer.thresholds import FMRS, name_of


def _at(threshold: str) -> Callable[[Tally], np.ndarray]:
    """Return a function of a tally: which strangers find somebody, (P,), NaN for others."""

    def outcomes(tally: Tally) -> np.ndarray:
        if not (tally.stranger.any() or tally.missed_stranger.any()):
            raise DataError("no probe shows a person who is not enrolled in the open set")
        taken = tally.rival >= tally.thresholds.at(threshold)
        return np.where(tally.stranger, taken, np.nan)

    return outcomes


def _of_misses(tally: Tally) -> np.ndarray:
    """Return 0 for a miss of a stranger, NaN for others: (M,) float64."""
    return np.where(tally.missed_stranger, 0.0, np.nan)


def _metric(fmr: float) -> MatchingMetric:
    """Return the FPIR at one threshold as a metric."""
    record = share(
        f"fpir@{name_of('vis', fmr)}",
        f"FPIR at VIS FMR {100 * fmr:g} %",
        description="open set: probes of people who are not enrolled that return somebody above "
        f"the threshold where at most {100 * fmr:g} % of VIS pairs are accepted",
        better="lower",
        needs=("NIR probes",),
    )
    return MatchingMetric(record, 92, outcomes=_at(name_of("vis", fmr)), of_misses=_of_misses)


METRIC = [_metric(fmr) for fmr in FMRS]
