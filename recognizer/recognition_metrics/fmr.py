"""Measures FMR at thresholds that were set on other pairs (recognizer/thresholds.py).

The false match rate of the comparison algorithm, in the words of ISO/IEC 19795-1: the share of
impostor pairs of found faces that reach the threshold. Misses have no pairs and are left out.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from faces.common.metric import share
from recognizer import impostors
from recognizer.comparison import Tally
from recognizer.recognition_metrics.metric import MatchingMetric, left_out
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


def _metric(source: str, fmr: float) -> MatchingMetric:
    """Return the FMR at one threshold as a metric."""
    threshold = name_of(source, fmr)
    where = f"where at most {100 * fmr:g} % of {SOURCES[source]} of two people are accepted"
    record = share(
        f"fmr@{threshold}",
        f"FMR at {source.upper()} FMR {100 * fmr:g} %",
        description=f"impostor pairs of found faces accepted at the threshold {where}",
        better="lower",
        needs=("NIR probes",),
    )
    return MatchingMetric(
        replace(record, digits=2),
        91,
        outcomes=_at(threshold),
        of_misses=left_out,
        as_impostor=_as_impostor(threshold),
    )


METRIC = [_metric(source, fmr) for source in SOURCES for fmr in FMRS]
