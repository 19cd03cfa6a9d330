"""Computes how far two samples of features cover each other, by nearest neighbours.

`a` are the real features and `b` the fake ones; a row's ball reaches to its k-th nearest neighbour
in its own sample, itself not counted. `Gaps` holds the distances, for whoever asks again about some
of the rows.
"""

from typing import NamedTuple, Self

import numpy as np
from scipy.spatial.distance import cdist

NEIGHBOURS = 5  # k, where images are measured


class Gaps(NamedTuple):
    """float64 Euclidean distances of two samples: (N, M) between them, (N, N) and (M, M) within."""

    across: np.ndarray
    within_a: np.ndarray
    within_b: np.ndarray

    @classmethod
    def of(cls, a: np.ndarray, b: np.ndarray) -> Self:
        """Of (N, D) and (M, D) features."""
        return cls(_distances(a, b), _distances(a, a), _distances(b, b))

    def take(self, rows_a: np.ndarray, rows_b: np.ndarray) -> Self:
        """Gives the distances of some rows, (n,) and (m,) int."""
        pairs = ((rows_a, rows_b), (rows_a, rows_a), (rows_b, rows_b))
        return type(self)(*(x[np.ix_(*rows)] for x, rows in zip(self, pairs, strict=True)))


def precision_recall(a: np.ndarray, b: np.ndarray, k: int = 5) -> tuple[float, float]:
    """Precision: fakes inside some real ball. Recall: real ones inside some fake ball.

    (N, D) real and (M, D) fake features, both in [0, 1] (Kynkaanniemi et al. 2019, arXiv
    1904.06991).
    """
    return precision_recall_of(Gaps.of(a, b), k)


def precision_recall_of(gaps: Gaps, k: int) -> tuple[float, float]:
    """As `precision_recall`, from distances."""
    precision = (gaps.across <= _radii(gaps.within_a, k)[:, None]).any(0).mean()
    recall = (gaps.across <= _radii(gaps.within_b, k)[None, :]).any(1).mean()
    return float(precision), float(recall)


def density_coverage(a: np.ndarray, b: np.ndarray, k: int = 5) -> tuple[float, float]:
    """Density: real balls a fake lies in, over k. Coverage: real balls that hold a fake.

    (N, D) real and (M, D) fake features; density may exceed 1 (Naeem et al. 2020, arXiv
    2002.09797).
    """
    return density_coverage_of(Gaps.of(a, b), k)


def density_coverage_of(gaps: Gaps, k: int) -> tuple[float, float]:
    """As `density_coverage`, from distances."""
    inside = gaps.across <= _radii(gaps.within_a, k)[:, None]
    return float(inside.sum(0).mean() / k), float(inside.any(1).mean())


def _radii(within: np.ndarray, k: int) -> np.ndarray:
    """(N, N) distances -> (N,), of each row to its k-th nearest other one; k below N."""
    assert 1 <= k < len(within)
    return np.partition(within, k, axis=1)[:, k]  # place 0 is the row itself


def _distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(N, M) float64 Euclidean distances."""
    return cdist(np.asarray(a, np.float64), np.asarray(b, np.float64))
