"""Collects outcomes: every metric as a mean over probes, so that training sets can be paired.

The metrics are files in recognizer/recognition_metrics/, their rules stand in
recognizer/metrics.py. What a probe's person does to a verification metric as an impostor stands
beside its value (recognizer/impostors.py), since intervals need it. An unseen-subjects probe is
compared with a gallery of one VIS image per person, and its values are averaged over several draws
of that image. Only found faces come here; a miss gets the worst value of each metric elsewhere.
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

    `values`: (P,) float64 each. `as_impostor`: (P,) float64 parts of mean 0, for some of them.
    `omitted`: why a metric is left out. `records`: of those in `values`.
    """

    values: dict[str, np.ndarray]
    as_impostor: dict[str, np.ndarray]
    omitted: dict[str, str]
    records: dict[str, Metric]


def unseen(draws: Sequence[Tally], fars: Sequence[float]) -> Unseen:
    """Gives every metric that the draws allow; they have counted at these `fars`."""
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
    """-> (P,) float64: each probe's outcome, the mean over the draws.

    Raises DataError where the draws do not allow the metric.
    """
    return np.asarray(np.mean([metric.outcomes(draw) for draw in draws], axis=0))


def seen(logits: np.ndarray, labels: np.ndarray, spectrum: str) -> list[tuple[Metric, np.ndarray]]:
    """(N, classes) float, (N,) int -> each metric of the spectrum with its (N,) float64 values."""
    return [
        (metric.record, metric.outcomes(logits, labels).astype(np.float64))
        for metric in of_classification(spectrum)
    ]
