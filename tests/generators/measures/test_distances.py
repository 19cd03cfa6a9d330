"""Distances of samples against slow, plain references, and against torch-fidelity where it is."""

import numpy as np
import pytest
import scipy.linalg
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from faces.common import torchvision_cpu
from generators.measures.distances import frechet_distance, kernel_distance


def samples(seed: int, n: int, m: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Two samples of features with different means and correlated, unequal spreads."""
    rng = np.random.default_rng(seed)
    mix = rng.normal(size=(2, d, d)) / np.sqrt(d)
    return rng.normal(size=(n, d)) @ mix[0], rng.normal(size=(m, d)) @ mix[1] + rng.normal(size=d)


SHAPES = [(2, 2, 1), (2, 3, 5), (7, 40, 3), (40, 7, 20), (30, 30, 30), (31, 30, 30), (90, 50, 64),
          (300, 280, 64), (60, 400, 128), (500, 500, 100)]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_frechet_distance_is_that_of_the_matrix_root(shape, dtype):
    a, b = (x.astype(dtype) for x in samples(len(shape), *shape))
    expected = reference_frechet(a.astype(np.float64), b.astype(np.float64))
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-6)


def reference_frechet(a: np.ndarray, b: np.ndarray) -> float:
    """tr (S_a^1/2 S_b S_a^1/2)^1/2 by eigenvalues: the root of a symmetric matrix, float64."""
    cov_a, cov_b = (np.cov(x, rowvar=False).reshape(x.shape[1], -1) for x in (a, b))
    values, vectors = scipy.linalg.eigh(cov_a)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    inner = np.linalg.svd(root @ scipy.linalg.sqrtm(cov_b + 0j).real, compute_uv=False).sum()
    shift = a.mean(0) - b.mean(0)
    return shift @ shift + np.trace(cov_a) + np.trace(cov_b) - 2 * inner


@pytest.mark.parametrize("shape", [(300, 280, 20), (900, 700, 64), (150, 150, 149)])
def test_frechet_distance_is_that_of_scipys_sqrtm(shape):
    a, b = samples(5, *shape)
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = scipy.linalg.sqrtm(cov_a @ cov_b)
    shift = a.mean(0) - b.mean(0)
    expected = shift @ shift + np.trace(cov_a + cov_b - 2 * root.real)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-6)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**31), st.integers(2, 40), st.integers(2, 40), st.integers(1, 60))
def test_frechet_distance_is_a_distance(seed, n, m, d):
    a, b = samples(seed, n, m, d)
    there = frechet_distance(a, b)
    assert there == pytest.approx(frechet_distance(b, a), rel=1e-9, abs=1e-9)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9 * (a**2).sum())
    shifted = frechet_distance(a, a + 3)
    assert shifted == pytest.approx(9 * d, rel=1e-9)
    turn = scipy.linalg.qr(np.random.default_rng(seed).normal(size=(d, d)))[0]
    assert frechet_distance(a @ turn, b @ turn) == pytest.approx(there, rel=1e-8, abs=1e-8)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**31), st.integers(2, 12), st.integers(2, 12), st.integers(1, 20))
def test_kernel_distance_is_that_of_loops(seed, n, m, d):
    a, b = samples(seed, n, m, d)

    def k(x, y):
        return (sum(p * q for p, q in zip(x, y, strict=True)) / d + 1) ** 3

    within_a = np.mean([k(a[i], a[j]) for i in range(n) for j in range(n) if i != j])
    within_b = np.mean([k(b[i], b[j]) for i in range(m) for j in range(m) if i != j])
    across = np.mean([k(x, y) for x in a for y in b])
    assert kernel_distance(a, b) == pytest.approx(within_a + within_b - 2 * across, rel=1e-8)


def test_kernel_distance_is_unbiased():
    """Over many pairs of samples of one distribution its mean is zero, within five errors."""
    rng = np.random.default_rng(0)
    values = [kernel_distance(*rng.normal(size=(2, 8, 5))) for _ in range(2000)]
    assert abs(np.mean(values)) < 5 * np.std(values) / np.sqrt(len(values))


@pytest.mark.parametrize("shape", [(60, 50, 8), (300, 280, 64), (200, 400, 128)])
def test_distances_are_those_of_torch_fidelity(shape):
    """The package that published FIDs are computed with, on random features; all rows as one KID
    subset, in an order that does not matter."""
    torch_fidelity()
    from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
    from torch_fidelity.metric_kid import kid_features_to_metric

    a, b = samples(sum(shape), *shape)
    theirs = [fid_features_to_statistics(torch.from_numpy(x)) for x in (a, b)]
    found = fid_statistics_to_metric(*theirs, verbose=False)["frechet_inception_distance"]
    assert frechet_distance(a, b) == pytest.approx(found, rel=1e-3)
    n = min(shape[:2])
    chosen = {"kid_subset_size": n, "kid_subsets": 1, "verbose": False}
    kid = kid_features_to_metric(*(torch.from_numpy(x[:n]) for x in (a, b)), **chosen)
    found = kid["kernel_inception_distance_mean"]
    assert kernel_distance(a[:n], b[:n]) == pytest.approx(found, rel=1e-6)


def torch_fidelity() -> None:
    """Skip where it is not installed."""
    torchvision_cpu.ensure()
    pytest.importorskip("torch_fidelity")
