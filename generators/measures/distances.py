"""Computes distances between two samples of features, exactly and in float64."""

import numpy as np
import scipy.linalg


def frechet_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Return the squared 2-Wasserstein distance of Gaussians fitted to (N, D), (M, D) features.

    |mean_a - mean_b|^2 + tr(S_a) + tr(S_b) - 2 tr((S_a S_b)^1/2), S the unbiased covariances
    (Heusel et al. 2017, arXiv 1706.08500). With S_a = A'A and S_b = B'B the last trace is the sum
    of the singular values of A B', which needs no matrix root and, where there are fewer rows than
    features, no (D, D) matrix. Both need at least two rows.
    """
    root_a, root_b = _covariance_root(a), _covariance_root(b)
    shift = np.asarray(a, np.float64).mean(0) - np.asarray(b, np.float64).mean(0)
    cross = scipy.linalg.svdvals(root_a @ root_b.T, overwrite_a=True).sum()
    distance = shift @ shift + (root_a**2).sum() + (root_b**2).sum() - 2 * cross
    return max(0.0, float(distance))  # rounding may make it slightly negative


def _covariance_root(x: np.ndarray) -> np.ndarray:
    """Return R with R'R the unbiased covariance: (N, D) => (min(N, D), D) float64."""
    assert len(x) >= 2
    x = np.asarray(x, np.float64)
    centred = (x - x.mean(0)) / np.sqrt(len(x) - 1)
    return np.asarray(np.linalg.qr(centred, mode="r")) if len(x) > x.shape[1] else centred


def kernel_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Return the unbiased squared maximum mean discrepancy of (N, D) and (M, D) float features.

    The kernel is (x.y / D + 1)^3 (Binkowski et al. 2018, arXiv 1801.01401), over all rows rather
    than random subsets, so there is no randomness. It may be negative for similar samples.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    return kernel_distance_of(cubic_kernel(a, a), cubic_kernel(b, b), cubic_kernel(a, b))


def kernel_distance_of(within_a: np.ndarray, within_b: np.ndarray, across: np.ndarray) -> float:
    """Return `kernel_distance` from the (N, N), (M, M) and (N, M) values of the kernel."""
    within = _mean_off_diagonal(within_a) + _mean_off_diagonal(within_b)
    return float(within - 2 * across.mean())


def cubic_kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the polynomial kernel of degree 3: (N, D), (M, D) => (N, M)."""
    return (a @ b.T / a.shape[1] + 1) ** 3


def _mean_off_diagonal(square: np.ndarray) -> float:
    """Return the mean of all entries of (N, N) outside the diagonal."""
    count = len(square)
    return (square.sum() - np.trace(square)) / (count * (count - 1))
