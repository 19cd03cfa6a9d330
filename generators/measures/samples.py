"""Computes distances and coverage of two samples of features, for all or for some rows."""

from collections.abc import Callable

import numpy as np

from generators.measures.distances import cubic_kernel, frechet_distance, kernel_distance_of
from generators.measures.neighbours import Gaps, density_coverage_of, precision_recall_of

Statistic = Callable[[np.ndarray, np.ndarray], dict[str, float]]


def distance_statistic(real: np.ndarray, fake: np.ndarray, frechet: str, kernel: str) -> Statistic:
    """Gives the two distances of some rows of (N, D) and (M, D) features, under these names."""
    real, fake = np.asarray(real, np.float64), np.asarray(fake, np.float64)
    kernels = [cubic_kernel(*pair) for pair in ((real, real), (fake, fake), (real, fake))]

    def statistic(a: np.ndarray, b: np.ndarray) -> dict[str, float]:
        rows = ((a, a), (b, b), (a, b))
        some = [each[np.ix_(*pair)] for each, pair in zip(kernels, rows, strict=True)]
        return {frechet: frechet_distance(real[a], fake[b]), kernel: kernel_distance_of(*some)}

    return statistic


def coverage_statistic(real: np.ndarray, fake: np.ndarray, k: int) -> Statistic:
    """Precision, recall, density and coverage of some rows of (N, D) and (M, D) features."""
    gaps = Gaps.of(real, fake)

    def statistic(a: np.ndarray, b: np.ndarray) -> dict[str, float]:
        some = gaps.take(a, b)
        names = ("precision", "recall", "density", "coverage")
        values = (*precision_recall_of(some, k), *density_coverage_of(some, k))
        return dict(zip(names, values, strict=True))

    return statistic
