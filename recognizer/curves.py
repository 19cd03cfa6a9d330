"""Computes ROC and CMC over several draws, at most 200 points each; misses lower both curves.

A point of the ROC is VR@FAR by the conservative rule, averaged over the draws like the metric, so
the curve passes through the reported rates. It has points below 10 false accepts, too, which are
not reported as metrics. DET has the same points as errors: x and 1 - y.
"""

from collections.abc import Sequence

import numpy as np

from recognizer import metrics
from recognizer.comparison import Tally

POINTS = 200


def roc(
    draws: Sequence[Tally], found: float, fars: Sequence[float] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ROC: (K,) float64 FAR, (K,) float64 VR, from FAR 0 to 1, including `fars`.

    `found` is the share of probes whose face was found; the others are never accepted.
    """
    impostors = draws[0].counts.impostors  # the same in every draw
    limits = [metrics.most_accepted(impostors, far) for far in fars]
    even = np.geomspace(1, impostors, POINTS - 1 - len(fars)).astype(np.int64)
    allowed = np.unique(np.concatenate([[0], even, limits]))
    rates = [
        np.searchsorted(np.sort(draw.counts.reaching), allowed, side="right") / len(draw.ranks)
        for draw in draws
    ]
    return allowed / impostors, found * np.mean(rates, axis=0)


def cmc(draws: Sequence[Tally], found: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the CMC: (K,) int64 ranks, (K,) float64 shares of probes of that rank or better.

    The mean over draws; `found` is the share of probes whose face was found.
    """
    people = draws[0].people
    curve = found * np.mean([metrics.cumulative(draw.ranks, people) for draw in draws], axis=0)
    ranks = np.arange(1, people + 1)
    if people > POINTS:
        ranks = np.unique(np.geomspace(1, people, POINTS).astype(np.int64))
    return ranks, curve[ranks - 1]
