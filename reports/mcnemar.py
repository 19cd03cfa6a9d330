"""McNemar's exact test, the usual one for two classifiers on the same probes.

It is reported beside the clustered test because readers expect it. No verdict uses it: it treats
the probes of one person, and the trainings with one training set, as independent.
docs/calibration.md shows how often it then finds a difference where there is none.
"""

import numpy as np
from scipy import stats


def mcnemar(outcomes_a: np.ndarray, outcomes_b: np.ndarray) -> float:
    """Return the two-sided p of (seeds, probes) float outcomes in 0 to 1, pooled over both.

    An outcome can be a mean over draws of the gallery: it is a hit above one half, else a miss.
    Without discordant probes p is 1.
    """
    a, b = np.asarray(outcomes_a) > 0.5, np.asarray(outcomes_b) > 0.5
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    if not only_a + only_b:
        return 1.0
    return float(stats.binomtest(only_a, only_a + only_b).pvalue)
