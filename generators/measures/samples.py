"""Computes distances and coverage of two samples of features, for all or for some rows."""

from collections.abc import Callable

import numpy as np

from generators.measures.distances import cubic_kernel, frechet_distance, kernel_distance_of
from generators.measures.neighbours import SampleDistances, density_coverage_of, precision_recall_of

Statistic = Callable[[np.ndarray, np.ndarray], dict[str, float]]


def distance_statistic(real: np.ndarray, fake: np.ndarray, frechet: str, kernel: str) -> Statistic:
    """Return a function of row numbers: both distances of (N, D) and (M, D) features, by name.

    `frechet` and `kernel` are the names. (n,) int, (m,) int => {name: distance}.
    """
    real, fake = np.asarray(real, np.float64), np.asarray(fake, np.float64)
    kernels = [cubic_kernel(*pair) for pair in ((real, real), (fake, fake), (real, fake))]

    def statistic(a: np.ndarray, b: np.ndarray) -> dict[str, float]:
        rows = ((a, a), (b, b), (a, b))
        parts = [values[np.ix_(*pair)] for values, pair in zip(kernels, rows, strict=True)]
        return {frechet: frechet_distance(real[a], fake[b]), kernel: kernel_distance_of(*parts)}

    return statistic


def coverage_statistic(real: np.ndarray, fake: np.ndarray, k: int) -> Statistic:
    """Return a function of row numbers: four figures of (N, D) and (M, D) features, by name.

    (n,) int, (m,) int => {"precision", "recall", "density", "coverage"}, with k neighbours.
    """
    distances = SampleDistances.of(real, fake)

    def statistic(a: np.ndarray, b: np.ndarray) -> dict[str, float]:
        taken = distances.take(a, b)
        names = ("precision", "recall", "density", "coverage")
        values = (*precision_recall_of(taken, k), *density_coverage_of(taken, k))
        return dict(zip(names, values, strict=True))

    return statistic
