"""How far two samples of features cover each other, judged by nearest neighbours.

`a` are the real features and `b` the fake ones; a row's ball reaches to its k-th nearest neighbour
in its own sample, itself not counted.
"""

import numpy as np
from scipy.spatial.distance import cdist


def precision_recall(a: np.ndarray, b: np.ndarray, k: int = 5) -> tuple[float, float]:
    """Precision: fakes inside some real ball. Recall: real ones inside some fake ball.

    (N, D) real and (M, D) fake features, both in [0, 1] (Kynkaanniemi et al. 2019, arXiv
    1904.06991).
    """
    across = distances(a, b)
    precision = (across <= radii(a, k)[:, None]).any(0).mean()
    recall = (across <= radii(b, k)[None, :]).any(1).mean()
    return float(precision), float(recall)


def density_coverage(a: np.ndarray, b: np.ndarray, k: int = 5) -> tuple[float, float]:
    """Density: real balls a fake lies in, over k. Coverage: real balls that hold a fake.

    (N, D) real and (M, D) fake features; density may exceed 1 (Naeem et al. 2020, arXiv
    2002.09797).
    """
    inside = distances(a, b) <= radii(a, k)[:, None]
    return float(inside.sum(0).mean() / k), float(inside.any(1).mean())


def radii(x: np.ndarray, k: int) -> np.ndarray:
    """(N,) distances of each row to its k-th nearest other row; needs more than k rows."""
    assert 1 <= k < len(x)
    return np.partition(distances(x, x), k, axis=1)[:, k]  # place 0 is the row itself


def distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(N, M) float64 Euclidean distances."""
    return cdist(np.asarray(a, np.float64), np.asarray(b, np.float64))
