"""McNemar's exact test, the usual one for two classifiers on the same probes.

It is reported beside the clustered test because readers look for it. No verdict uses it: it treats
the probes of one person, and the trainings of one kind, as independent. docs/calibration.md shows
how often it then finds a difference where there is none.
"""

import numpy as np
from scipy import stats


def mcnemar(outcomes_a: np.ndarray, outcomes_b: np.ndarray) -> float:
    """Gives the two-sided p of (seeds, probes) outcomes in 0 to 1, pooled over seeds and probes.

    An outcome that is a mean over draws of the gallery is a hit where it is above one half; where
    it is exactly that, a miss. Without discordant probes p is 1.
    """
    a, b = np.asarray(outcomes_a) > 0.5, np.asarray(outcomes_b) > 0.5
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    if not only_a + only_b:
        return 1.0
    return float(stats.binomtest(only_a, only_a + only_b).pvalue)
