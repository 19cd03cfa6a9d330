"""Verification from counts: where each genuine score stands among the scores of the impostors.

Whether a genuine pair is accepted at a false accept rate (FAR) depends on one number alone: how
many impostor scores reach its own. So VR@FAR, AUC, EER, ROC and DET follow exactly from two counts
per genuine score. The impostor scores come block by block and are never in memory together; the
counts are whole numbers, so neither the blocks nor any order can change a result.
"""

from dataclasses import dataclass

import numpy as np

from faces.common.errors import DataError

FEWEST_FALSE_ACCEPTS = 10  # below this many expected, a rate at that FAR is mostly chance
ACCEPT_ALL = -np.finfo(np.float64).max  # at or below every score


@dataclass(frozen=True)
class Standing:
    """`genuine` (P,) float64 scores; of `impostors` many, how many are `above` and `reach` each.

    Both counts are (P,) int64; an impostor's score that ties reaches and is not above.
    """

    genuine: np.ndarray
    above: np.ndarray
    reaching: np.ndarray
    impostors: int


class Counting:
    """Counts impostor scores, block by block, against genuine ones of float64."""

    def __init__(self, genuine: np.ndarray) -> None:
        self._genuine = genuine
        self._levels, self._level_of = np.unique(genuine, return_inverse=True)
        self._above = np.zeros(len(self._levels), np.int64)
        self._reaching = np.zeros(len(self._levels), np.int64)
        self._impostors = 0

    def add(self, ascending: np.ndarray) -> None:
        """Adds a block of impostor scores, flat and sorted."""
        self._above += len(ascending) - np.searchsorted(ascending, self._levels, side="right")
        self._reaching += len(ascending) - np.searchsorted(ascending, self._levels, side="left")
        self._impostors += len(ascending)

    def standing(self) -> Standing:
        """The counts so far."""
        of = self._level_of
        return Standing(self._genuine, self._above[of], self._reaching[of], self._impostors)


def stand(genuine: np.ndarray, impostors: np.ndarray) -> Standing:
    """The standing of genuine scores among impostor scores that lie in memory; both flat."""
    counting = Counting(genuine)
    counting.add(np.sort(impostors))
    return counting.standing()


def most_accepted(impostors: int, far: float) -> int:
    """The most impostors that may be accepted so that their share is at most `far`."""
    most = min(int(far * impostors) + 1, impostors)
    while most / impostors > far:  # int(0.29 * 100) is 28, though 29 / 100 keeps to 0.29
        most -= 1
    return most


def accepted(standing: Standing, far: float) -> np.ndarray:
    """(P,) bool: which genuine pairs are accepted where at most `far` of the impostors are.

    Conservative: of the ROC's points the last with FPR <= FAR; impostors tied at the limit stay
    out together. Raises DataError where FAR x impostors < 10.
    """
    number = standing.impostors
    if far * number < FEWEST_FALSE_ACCEPTS * (1 - 1e-9):
        raise DataError(
            f"VR at FAR={far:g} of {number} impostor pairs rests on {far * number:.3g} false "
            f"accepts, {FEWEST_FALSE_ACCEPTS} are needed: use more subjects or a larger FAR"
        )
    return standing.reaching <= most_accepted(number, far)


def threshold_at(standing: Standing, far: float) -> float:
    """The lowest genuine score accepted where at most `far` of the impostors are; inf for none."""
    taken = standing.reaching <= most_accepted(standing.impostors, far)
    return float(standing.genuine[taken].min(initial=np.inf))


def placements(standing: Standing) -> np.ndarray:
    """(P,): for each genuine score the share of impostor scores below it, ties half.

    The placement values of DeLong et al. 1988; their mean is AUC.
    """
    number = standing.impostors
    return (2 * number - standing.above - standing.reaching) / (2 * number)


@dataclass(frozen=True)
class Crossing:
    """Where misses are as frequent as false accepts: `rate`, the EER.

    The system accepts at `thresholds[0]` or, in the share `weight` of the cases, at the lower
    `thresholds[1]`; a pair is accepted where its score reaches the threshold.
    """

    rate: float
    thresholds: tuple[float, float]
    weight: float

    def mixed(self, strict: np.ndarray, lenient: np.ndarray) -> np.ndarray:
        """What is expected of the mixture, from what happens at either threshold."""
        return (1 - self.weight) * strict + self.weight * lenient


def equal_error(standing: Standing) -> Crossing:
    """The crossing of FAR = FRR with the polyline through the ROC's points.

    Between two neighbouring points, which differ by one distinct score, rates are interpolated
    linearly, as under the area of the ROC: where genuine and impostor scores tie, the tied pairs
    count in part. Elsewhere one of the two rates is constant and nothing is interpolated.
    """
    false, missed, thresholds = corners(standing)
    after = int(np.argmax(false >= missed))  # never 0: there all is missed and nothing accepted
    gaps = missed[after - 1 : after + 1] - false[after - 1 : after + 1]
    weight = float(gaps[0] / (gaps[0] - gaps[1]))
    rate = (1 - weight) * false[after - 1] + weight * false[after]
    return Crossing(float(rate), (thresholds[after - 1], thresholds[after]), weight)


def corners(standing: Standing) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """-> (FAR, FRR, thresholds falling from inf): every point at which the ROC may turn.

    They lie at the genuine scores and just above them, and at the ends.
    """
    levels, first, tied = np.unique(standing.genuine, return_index=True, return_counts=True)
    falling = slice(None, None, -1)
    found = np.cumsum(tied[falling])
    false = _interleaved(standing.above[first][falling], standing.reaching[first][falling])
    missed = len(standing.genuine) - _interleaved(found - tied[falling], found)
    thresholds = _interleaved(np.nextafter(levels, np.inf)[falling], levels[falling])
    return (
        np.concatenate([[0], false, [standing.impostors]]) / standing.impostors,
        np.concatenate([[len(standing.genuine)], missed, [0]]) / len(standing.genuine),
        np.concatenate([[np.inf], thresholds, [ACCEPT_ALL]]),
    )


def _interleaved(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.stack([first, second], axis=1).ravel()
