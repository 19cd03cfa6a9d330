"""The luck of a training: how much a training set's score moves from seed to seed.

Seeds are blocks and training sets are treatments, as in a randomised block design (Montgomery,
"Design and Analysis of Experiments", chapter 4): what a seed does to all training sets alike
cancels in their differences, and what is left, set by seed, is the luck that a difference must be
measured against. It is estimated over all training sets that share the seeds. Three seeds of two
sets give 2 degrees of freedom and a t quantile of 4.3; of nine sets 16 and 2.1.

The price is an assumption: that all ways of training are about equally lucky. docs/calibration.md
shows what happens where they are not.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Luck:
    """The variance of one seed's value around that of all seeds, and how well it is known.

    `variance` is in squared units of the metric, `freedom` its degrees of freedom.
    """

    variance: float
    freedom: float


def luck_of_differences(means: np.ndarray) -> Luck:
    """(sets, seeds) float, both at least 2 -> Luck of the difference of any two sets.

    Twice the mean square of the interaction of sets and seeds. Of two sets this is the variance of
    their differences over seeds.
    """
    sets, seeds = means.shape
    freedom = (sets - 1) * (seeds - 1)
    return Luck(2 * float((interaction(means) ** 2).sum()) / freedom, freedom)


def luck_of_means(means: np.ndarray) -> Luck:
    """(sets, seeds) float, seeds at least 2 -> Luck of the mean of any one set.

    What all sets share does not cancel here: the variance is that of seeds plus that of the
    interaction. The degrees of freedom of the sum are Satterthwaite's (1946).
    """
    sets, seeds = means.shape
    shared = means.mean(0).var(ddof=1)
    own = (interaction(means) ** 2).sum() / sets / (seeds - 1)
    total = float(shared + own)
    squares = shared**2 / (seeds - 1)
    if sets > 1:
        squares += own**2 / ((sets - 1) * (seeds - 1))
    return Luck(total, float(total**2 / squares) if squares else seeds - 1)


def interaction(means: np.ndarray) -> np.ndarray:
    """What is left of (sets, seeds) after the means of sets and seeds, (sets, seeds)."""
    return means - means.mean(0) - means.mean(1, keepdims=True) + means.mean()
