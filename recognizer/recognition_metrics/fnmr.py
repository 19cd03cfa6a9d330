"""Measures FNMR at thresholds that were set on other pairs (recognizer/thresholds.py).

The false non-match rate of the comparison algorithm, in the words of ISO/IEC 19795-1: the share of
genuine pairs of found faces that are below the threshold. Misses are failures to acquire or to
enrol and are left out; with them it is the false reject rate of the system, which the report gives
beside it.
"""

from collections.abc import Callable

import numpy as np

from faces.common.metric import share
from recognizer.comparison import Tally
from recognizer.recognition_metrics.metric import MatchingMetric, left_out
from recognizer.thresholds import FMRS, SOURCES, name_of


def _at(threshold: str) -> Callable[[Tally], np.ndarray]:
    """Return a function of a tally: which genuine pairs are rejected, (P,) bool."""

    def outcomes(tally: Tally) -> np.ndarray:
        return np.asarray(tally.counts.genuine < tally.thresholds.at(threshold))

    return outcomes


def _metric(source: str, fmr: float) -> MatchingMetric:
    """Return the FNMR at one threshold as a metric."""
    where = f"where at most {100 * fmr:g} % of {SOURCES[source]} of two people are accepted"
    record = share(
        f"fnmr@{name_of(source, fmr)}",
        f"FNMR at {source.upper()} FMR {100 * fmr:g} %",
        description=f"genuine pairs of found faces rejected at the threshold {where}",
        better="lower",
        needs=("NIR probes",),
    )
    at = _at(name_of(source, fmr))
    return MatchingMetric(record, 90, outcomes=at, of_misses=left_out)


METRIC = [_metric(source, fmr) for source in SOURCES for fmr in FMRS]
