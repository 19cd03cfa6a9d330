"""Divides the unseen people for open-set identification: some are enrolled, others are strangers.

A watch list or a gate meets people whom it does not know. Half of the unseen people stand for them:
their images are not in the gallery that is searched, and their probes should find nobody. The
threshold is set on the photographs of all unseen people. Who they are depends on names alone, so it
is the same for every training set and seed.
"""

from collections.abc import Iterable

import numpy as np

SEED = 20_190_795  # fixed, see above


def strangers(people: Iterable[str]) -> frozenset[str]:
    """Return half of the people, rounded down: those who are not enrolled."""
    names = sorted(set(people))
    order = np.random.default_rng(SEED).permutation(len(names))
    return frozenset(names[place] for place in order[: len(names) // 2])
