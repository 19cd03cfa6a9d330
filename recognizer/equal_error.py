"""Finds the threshold at which false rejects are as frequent as false accepts (EER).

The false rejects are those of the system: a probe without a found face is a genuine pair that is
rejected at every threshold, as in the ROC curve of a run. Its impostor pairs are not counted.
"""

from dataclasses import dataclass

import numpy as np

from recognizer.impostor_counts import ImpostorCounts

ACCEPT_ALL = -np.finfo(np.float64).max  # at or below every score


@dataclass(frozen=True)
class Crossing:
    """The point where false rejects are as frequent as false accepts: `rate`, the EER, in [0, 1].

    It is a mixture of two thresholds: `thresholds[0]` and, in the share `weight` of the cases, the
    lower `thresholds[1]`. A pair is accepted where its score reaches the threshold.
    """

    rate: float
    thresholds: tuple[float, float]
    weight: float

    def mixed(self, strict: np.ndarray, lenient: np.ndarray) -> np.ndarray:
        """Return the expected values for the mixture of the two thresholds: (P,), (P,) => (P,)."""
        return (1 - self.weight) * strict + self.weight * lenient


def equal_error(counts: ImpostorCounts, misses: int = 0) -> Crossing:
    """Return the crossing of FAR = FRR with the polyline through the ROC's points.

    FRR is (rejected + misses) / (genuine pairs + misses).

    Between two neighbouring points, which differ by one distinct score, rates are interpolated
    linearly, as for the area under the ROC: where genuine and impostor scores tie, the tied pairs
    count in part. Elsewhere one of the two rates is constant and nothing is interpolated.
    """
    false_accepts, false_rejects, thresholds = _corners(counts, misses)
    after = int(np.argmax(false_accepts >= false_rejects))  # never 0, where nothing is accepted
    gaps = (false_rejects - false_accepts)[after - 1 : after + 1]
    weight = float(gaps[0] / (gaps[0] - gaps[1]))
    rate = (1 - weight) * false_accepts[after - 1] + weight * false_accepts[after]
    return Crossing(float(rate), (thresholds[after - 1], thresholds[after]), weight)


def _corners(counts: ImpostorCounts, misses: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the corners of the ROC: (K,) FAR, (K,) FRR, (K,) thresholds falling from inf.

    They lie at the genuine scores, just above them, and at the ends. All are float64.
    """
    levels, first, tied = np.unique(counts.genuine, return_index=True, return_counts=True)
    falling = slice(None, None, -1)
    found = np.cumsum(tied[falling])
    false_accepts = _interleaved(counts.above[first][falling], counts.reaching[first][falling])
    genuine = len(counts.genuine) + misses
    false_rejects = genuine - _interleaved(found - tied[falling], found)
    thresholds = _interleaved(np.nextafter(levels, np.inf)[falling], levels[falling])
    return (
        np.concatenate([[0], false_accepts, [counts.impostors]]) / counts.impostors,
        np.concatenate([[genuine], false_rejects, [misses]]) / genuine,
        np.concatenate([[np.inf], thresholds, [ACCEPT_ALL]]),
    )


def _interleaved(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the elements of two arrays in turn: (N,), (N,) => (2 N,)."""
    return np.stack([first, second], axis=1).ravel()
