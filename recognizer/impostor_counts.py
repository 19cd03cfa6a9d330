"""Counts for each genuine score how many impostor scores reach it.

Whether a genuine pair is accepted at a false accept rate (FAR) depends only on the number of
impostor scores that reach its own. So VR@FAR, AUC, EER, ROC and DET follow exactly from two counts
per genuine score, by the rules in recognizer/metrics.py. Impostor scores are added block by block
and are never in memory together; the counts are integers, so the blocks and their order do not
change any result.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ImpostorCounts:
    """`genuine` (P,) float64 scores, and how many of all `impostors` scores reach or exceed each.

    `above` and `reaching` are (P,) int64; an equal impostor score counts in `reaching` only.
    """

    genuine: np.ndarray
    above: np.ndarray
    reaching: np.ndarray
    impostors: int


class ImpostorCounter:
    """Counts impostor scores, block by block, against (P,) float64 genuine scores."""

    def __init__(self, genuine: np.ndarray) -> None:
        self._genuine = genuine
        self._levels, self._level_of = np.unique(genuine, return_inverse=True)
        self._above = np.zeros(len(self._levels), np.int64)
        self._reaching = np.zeros(len(self._levels), np.int64)
        self._impostors = 0

    def add(self, ascending: np.ndarray) -> None:
        """Add a block of impostor scores, (N,) float64 in ascending order."""
        self._above += len(ascending) - np.searchsorted(ascending, self._levels, side="right")
        self._reaching += len(ascending) - np.searchsorted(ascending, self._levels, side="left")
        self._impostors += len(ascending)

    def counts(self) -> ImpostorCounts:
        """Return the counts so far."""
        above, reaching = self._above[self._level_of], self._reaching[self._level_of]
        return ImpostorCounts(self._genuine, above, reaching, self._impostors)


def count_impostors(genuine: np.ndarray, impostors: np.ndarray) -> ImpostorCounts:
    """Count (N,) impostor scores against (P,) genuine scores, both in memory."""
    counter = ImpostorCounter(genuine)
    counter.add(np.sort(impostors))
    return counter.counts()
