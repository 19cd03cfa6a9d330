"""Computes outcomes: the values of each metric by probe, so that training sets can be paired.

The metrics are files in recognizer/recognition_metrics/, their rules are in recognizer/metrics.py.
The influence of a probe's person on a verification metric as an impostor is a second value
(recognizer/impostors.py), which intervals need. An unseen-subjects probe is compared with a gallery
of one VIS image per person, and its values are averaged over several draws of that image. A miss
has the worst value of a metric that does not say otherwise.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from faces.common.errors import DataError
from faces.common.metric import Metric
from recognizer.comparison import Tally
from recognizer.recognition_metrics import of_classification, of_matching
from recognizer.recognition_metrics.metric import MatchingMetric


class Unseen(NamedTuple):
    """The outcomes of matching, by the name of their metric.

    `values`: (P,) float64 each, NaN for a probe that the metric is not about. `as_impostor`: (P,)
    float64 parts, for some metrics; with those of the misses they have mean 0. `omitted`: the
    reason why a metric is left out. `records`: those of the metrics in `values`. `misses`: the
    values of the M misses and the part of each of them.
    """

    values: dict[str, np.ndarray]
    as_impostor: dict[str, np.ndarray]
    omitted: dict[str, str]
    records: dict[str, Metric]
    misses: dict[str, "Misses"]


class Misses(NamedTuple):
    """`values` (M,) float64, NaN where the metric is not about a miss, and the part of each."""

    values: np.ndarray
    as_impostor: float = 0.0


def unseen(draws: Sequence[Tally], fars: Sequence[float]) -> Unseen:
    """Return the outcomes of all metrics that the draws allow; `fars` are those of the draws."""
    found = Unseen({}, {}, {}, {}, {})
    for metric in of_matching(fars):
        try:
            found.values[metric.name] = mean_outcomes(metric, draws)
        except DataError as error:
            found.omitted[metric.name] = str(error)
            continue
        found.records[metric.name] = metric.record
        values = _of_misses(metric, draws[0])
        part = 0.0
        if metric.as_impostor:
            parts = np.mean([metric.as_impostor(draw) for draw in draws], axis=0)
            # Rounded, since sums in another order of probes differ in the last bits.
            found.as_impostor[metric.name] = parts.round(12)
            part = round(-float(parts.sum()) / len(values), 12) if len(values) else 0.0
        found.misses[metric.name] = Misses(values, part + 0.0)  # never -0
    return found


def _of_misses(metric: MatchingMetric, draw: Tally) -> np.ndarray:
    """Return the values of the misses, which are the same in every draw: (M,) float64."""
    if metric.of_misses is None:
        return np.full(draw.misses, metric.record.worst, np.float64)
    return metric.of_misses(draw).astype(np.float64)


def mean_outcomes(metric: MatchingMetric, draws: Sequence[Tally]) -> np.ndarray:
    """Return each probe's outcome, the mean over the draws: (P,) float64.

    Raises DataError where the draws do not allow the metric.
    """
    return np.asarray(np.mean([metric.outcomes(draw) for draw in draws], axis=0))


def seen(logits: np.ndarray, labels: np.ndarray, spectrum: str) -> list[tuple[Metric, np.ndarray]]:
    """Return the metrics of a spectrum with their outcomes of N images, (N,) float64.

    `logits` (N, classes) float, `labels` (N,) int.
    """
    return [
        (metric.record, metric.outcomes(logits, labels).astype(np.float64))
        for metric in of_classification(spectrum)
    ]
