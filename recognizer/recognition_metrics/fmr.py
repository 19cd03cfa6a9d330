"""Measures FMR at thresholds that were set on other pairs (recognizer/thresholds.py).

The false match rate of the comparison algorithm, in the words of ISO/IEC 19795-1: the share of
impostor pairs of found faces that reach the threshold. Misses have no pairs and are left out.
"""

from collections.abc import Callable

import numpy as np

from faces.common.metric import Metric
from recognizer import impostors
from recognizer.comparison import Tally
from recognizer.recognition_metrics.metric import MatchingMetric
from recognizer.thresholds import FMRS, SOURCES, name_of


def _at(threshold: str) -> Callable[[Tally], np.ndarray]:
    """Return a function of a tally: the share of each probe's impostors accepted, (P,) float64."""

    def outcomes(tally: Tally) -> np.ndarray:
        return tally.accepted_at(threshold)

    return outcomes


def _as_impostor(threshold: str) -> Callable[[Tally], np.ndarray]:
    """Return a function of a tally: the parts of people in the gallery, (P,) float64."""

    def parts(tally: Tally) -> np.ndarray:
        return impostors.of_false_matches(tally.at_threshold[threshold], tally.own)

    return parts


def _left_out(tally: Tally) -> np.ndarray:
    """Return NaN for every miss."""
    return np.full(tally.misses, np.nan)


def _metric(source: str, fmr: float) -> MatchingMetric:
    """Return the FMR at one threshold as a metric."""
    threshold = name_of(source, fmr)
    where = f"where at most {100 * fmr:g} % of {SOURCES[source]} of two people are accepted"
    record = Metric(
        f"fmr@{threshold}",
        f"FMR at {source.upper()} FMR {100 * fmr:g} %",
        f"impostor pairs of found faces accepted at the threshold {where}",
        unit="%",
        scale=100.0,
        digits=2,
        better="lower",
        low=0.0,
        high=1.0,
        needs=("NIR probes",),
    )
    return MatchingMetric(
        record,
        91,
        outcomes=_at(threshold),
        of_misses=_left_out,
        as_impostor=_as_impostor(threshold),
    )


METRIC = [_metric(source, fmr) for source in SOURCES for fmr in FMRS]
