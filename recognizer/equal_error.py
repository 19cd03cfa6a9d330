"""Finds the threshold at which misses are as frequent as false accepts (EER)."""

from dataclasses import dataclass

import numpy as np

from recognizer.impostor_counts import ImpostorCounts

ACCEPT_ALL = -np.finfo(np.float64).max  # at or below every score


@dataclass(frozen=True)
class Crossing:
    """Where misses are as frequent as false accepts: `rate`, the EER, from 0 to 1.

    The system accepts at `thresholds[0]` or, in the share `weight` of the cases, at the lower
    `thresholds[1]`; a pair is accepted where its score reaches the threshold.
    """

    rate: float
    thresholds: tuple[float, float]
    weight: float

    def mixed(self, strict: np.ndarray, lenient: np.ndarray) -> np.ndarray:
        """(P,), (P,) -> (P,) float64: what is expected of the mixture of the two thresholds."""
        return (1 - self.weight) * strict + self.weight * lenient


def equal_error(counts: ImpostorCounts) -> Crossing:
    """Gives the crossing of FAR = FRR with the polyline through the ROC's points.

    Between two neighbouring points, which differ by one distinct score, rates are interpolated
    linearly, as under the area of the ROC: where genuine and impostor scores tie, the tied pairs
    count in part. Elsewhere one of the two rates is constant and nothing is interpolated.
    """
    false, missed, thresholds = _corners(counts)
    after = int(np.argmax(false >= missed))  # never 0: there all is missed and nothing accepted
    gaps = missed[after - 1 : after + 1] - false[after - 1 : after + 1]
    weight = float(gaps[0] / (gaps[0] - gaps[1]))
    rate = (1 - weight) * false[after - 1] + weight * false[after]
    return Crossing(float(rate), (thresholds[after - 1], thresholds[after]), weight)


def _corners(counts: ImpostorCounts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """-> (K,) FAR, (K,) FRR, (K,) thresholds falling from inf: where the ROC may turn.

    They lie at the genuine scores and just above them, and at the ends.
    """
    levels, first, tied = np.unique(counts.genuine, return_index=True, return_counts=True)
    falling = slice(None, None, -1)
    found = np.cumsum(tied[falling])
    false = _interleaved(counts.above[first][falling], counts.reaching[first][falling])
    missed = len(counts.genuine) - _interleaved(found - tied[falling], found)
    thresholds = _interleaved(np.nextafter(levels, np.inf)[falling], levels[falling])
    return (
        np.concatenate([[0], false, [counts.impostors]]) / counts.impostors,
        np.concatenate([[len(counts.genuine)], missed, [0]]) / len(counts.genuine),
        np.concatenate([[np.inf], thresholds, [ACCEPT_ALL]]),
    )


def _interleaved(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.stack([first, second], axis=1).ravel()
