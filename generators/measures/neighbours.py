"""Computes precision, recall, density and coverage of two samples of features.

`a` are the real features and `b` the fake ones. The ball of a row reaches to its k-th nearest
neighbour in its sample, itself not counted. Whether its border belongs to it follows the authors of
each measure: to a ball of precision and recall it does, to one of density and coverage it does not.
`SampleDistances` holds the distances, so that figures of some of the rows need not compute them
again.
"""

from typing import NamedTuple, Self

import numpy as np
from scipy.spatial.distance import cdist

NEIGHBOURS = 5  # k for image quality


class SampleDistances(NamedTuple):
    """Euclidean distances, float64: (N, M) between two samples, (N, N) and (M, M) within them."""

    across: np.ndarray
    within_a: np.ndarray
    within_b: np.ndarray

    @classmethod
    def of(cls, a: np.ndarray, b: np.ndarray) -> Self:
        """Compute the distances of (N, D) and (M, D) features."""
        return cls(_distances(a, b), _distances(a, a), _distances(b, b))

    def take(self, rows_a: np.ndarray, rows_b: np.ndarray) -> Self:
        """Return the distances of some rows, (n,) int and (m,) int."""
        pairs = ((rows_a, rows_b), (rows_a, rows_a), (rows_b, rows_b))
        return type(self)(*(x[np.ix_(*rows)] for x, rows in zip(self, pairs, strict=True)))


def precision_recall(a: np.ndarray, b: np.ndarray, k: int = 5) -> tuple[float, float]:
    """Return precision and recall of (M, D) fake and (N, D) real features, both in [0, 1].

    Precision is the share of fake rows inside the ball of a real row, recall that of real rows
    inside the ball of a fake one (Kynkaanniemi et al. 2019, arXiv 1904.06991). k is below N and M.
    """
    return precision_recall_of(SampleDistances.of(a, b), k)


def precision_recall_of(distances: SampleDistances, k: int) -> tuple[float, float]:
    """Return `precision_recall` from distances."""
    precision = (distances.across <= _radii(distances.within_a, k)[:, None]).any(0).mean()
    recall = (distances.across <= _radii(distances.within_b, k)[None, :]).any(1).mean()
    return float(precision), float(recall)


def density_coverage(a: np.ndarray, b: np.ndarray, k: int = 5) -> tuple[float, float]:
    """Return density and coverage of (M, D) fake and (N, D) real features.

    Density is the mean number of real balls that a fake row lies in, over k; it may exceed 1.
    Coverage, in [0, 1], is the share of real balls that contain a fake row (Naeem et al. 2020,
    arXiv 2002.09797, section 3; with "<", as in their code). k is below N.
    """
    return density_coverage_of(SampleDistances.of(a, b), k)


def density_coverage_of(distances: SampleDistances, k: int) -> tuple[float, float]:
    """Return `density_coverage` from distances."""
    inside = distances.across < _radii(distances.within_a, k)[:, None]
    return float(inside.sum(0).mean() / k), float(inside.any(1).mean())


def _radii(within: np.ndarray, k: int) -> np.ndarray:
    """Return the distance of each row to its k-th nearest neighbour: (N, N) => (N,); k below N."""
    assert 1 <= k < len(within)
    return np.partition(within, k, axis=1)[:, k]  # place 0 is the row itself


def _distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return Euclidean distances: (N, D), (M, D) => (N, M) float64."""
    return cdist(np.asarray(a, np.float64), np.asarray(b, np.float64))
