"""Computes outcomes: the values of each metric by probe, so that training sets can be paired.

The metrics are files in recognizer/recognition_metrics/, their rules are in recognizer/metrics.py.
The influence of a probe's person on a verification metric as an impostor is a second value
(recognizer/impostors.py), which intervals need. An unseen-subjects probe is compared with a gallery
of one VIS image per person, and its values are averaged over several draws of that image. Only
found faces are handled here; `tables.outcome_rows` gives a miss the worst value of each metric.
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

    `values`: (P,) float64 each. `as_impostor`: (P,) float64 parts of mean 0, for some metrics.
    `omitted`: the reason why a metric is left out. `records`: those of the metrics in `values`.
    """

    values: dict[str, np.ndarray]
    as_impostor: dict[str, np.ndarray]
    omitted: dict[str, str]
    records: dict[str, Metric]


def unseen(draws: Sequence[Tally], fars: Sequence[float]) -> Unseen:
    """Return the outcomes of all metrics that the draws allow; `fars` are those of the draws."""
    found = Unseen({}, {}, {}, {})
    for metric in of_matching(fars):
        try:
            found.values[metric.name] = mean_outcomes(metric, draws)
        except DataError as error:
            found.omitted[metric.name] = str(error)
            continue
        found.records[metric.name] = metric.record
        if metric.as_impostor:
            parts = np.mean([metric.as_impostor(draw) for draw in draws], axis=0)
            # Rounded, since sums in another order of probes differ in the last bits.
            found.as_impostor[metric.name] = parts.round(12)
    return found


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
