"""Counts, for each genuine score, how many scores of impostors reach it.

Whether a genuine pair is accepted at a false accept rate (FAR) depends on one number alone: how
many impostor scores reach its own. So VR@FAR, AUC, EER, ROC and DET follow exactly from two counts
per genuine score, by the rules in recognizer/metrics.py. The impostor scores come block by block
and are never in memory together; the counts are whole numbers, so neither the blocks nor any order
can change a result.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ImpostorCounts:
    """`genuine` (P,) float64 scores; of `impostors` many, how many are `above` and `reaching` each.

    Both counts are (P,) int64; an impostor's score that ties reaches and is not above.
    """

    genuine: np.ndarray
    above: np.ndarray
    reaching: np.ndarray
    impostors: int


class ImpostorCounter:
    """Counts impostor scores, block by block, against (P,) float64 genuine ones."""

    def __init__(self, genuine: np.ndarray) -> None:
        self._genuine = genuine
        self._levels, self._level_of = np.unique(genuine, return_inverse=True)
        self._above = np.zeros(len(self._levels), np.int64)
        self._reaching = np.zeros(len(self._levels), np.int64)
        self._impostors = 0

    def add(self, ascending: np.ndarray) -> None:
        """Adds a block of impostor scores, (N,) float64 in ascending order."""
        self._above += len(ascending) - np.searchsorted(ascending, self._levels, side="right")
        self._reaching += len(ascending) - np.searchsorted(ascending, self._levels, side="left")
        self._impostors += len(ascending)

    def counts(self) -> ImpostorCounts:
        """Gives the counts so far."""
        of = self._level_of
        return ImpostorCounts(self._genuine, self._above[of], self._reaching[of], self._impostors)


def count_impostors(genuine: np.ndarray, impostors: np.ndarray) -> ImpostorCounts:
    """(P,) genuine and (N,) impostor scores, both in memory -> the counts."""
    counter = ImpostorCounter(genuine)
    counter.add(np.sort(impostors))
    return counter.counts()
