"""Precision, recall, density and coverage against loops, and against torch-fidelity."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from faces.common import torchvision_cpu
from generators.measures.neighbours import density_coverage, precision_recall


def samples(seed: int, n: int, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Two samples that overlap in part."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 3)), rng.normal(0.3, 0.7, size=(m, 3))


def loops(a: np.ndarray, b: np.ndarray, k: int) -> tuple[float, float, float, float]:
    """Precision and recall with balls up to their borders, density and coverage without them.

    So Kynkaanniemi et al. 2019, equation 2 ("<="), and the code of Naeem et al. 2020 ("<").
    """
    n, m = len(a), len(b)

    def radius(x, i):
        return sorted(np.linalg.norm(x[i] - other) for j, other in enumerate(x) if j != i)[k - 1]

    real, fake = [radius(a, i) for i in range(n)], [radius(b, j) for j in range(m)]
    distances = [[np.linalg.norm(x - y) for y in b] for x in a]
    precision = np.mean([any(distances[i][j] <= real[i] for i in range(n)) for j in range(m)])
    recall = np.mean([any(distances[i][j] <= fake[j] for j in range(m)) for i in range(n)])
    density = np.mean([sum(distances[i][j] < real[i] for i in range(n)) / k for j in range(m)])
    coverage = np.mean([min(distances[i]) < real[i] for i in range(n)])
    return precision, recall, density, coverage


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**31), st.integers(5, 25), st.integers(5, 25), st.integers(1, 4))
def test_neighbour_measures_are_those_of_loops(seed, n, m, k):
    a, b = samples(seed, n, m)
    found = (*precision_recall(a, b, k), *density_coverage(a, b, k))
    assert found == pytest.approx(loops(a, b, k))


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**31), st.integers(5, 25), st.integers(5, 25), st.integers(1, 4))
def test_on_a_grid_many_rows_lie_on_a_border(seed, n, m, k):
    """Whole numbers have exact distances, so that rows on the border of a ball tie to the bit."""
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 4, (n, 2)).astype(float), rng.integers(0, 4, (m, 2)).astype(float)
    found = (*precision_recall(a, b, k), *density_coverage(a, b, k))
    assert found == pytest.approx(loops(a, b, k))


def test_a_row_on_the_border_is_covered_by_one_definition_and_not_by_the_other():
    a, b = np.arange(6.0)[:, None], np.array([[6.0], [7.0]])  # 6 is on the border of the ball of 5
    assert precision_recall(a, b, 1)[0] == 0.5
    assert density_coverage(a, b, 1) == (0, 0)
    assert density_coverage(a, b - 0.25, 1) == (0.5, 1 / 6)


def test_far_samples_cover_nothing():
    a = np.random.default_rng(0).normal(size=(30, 4))
    assert precision_recall(a, a + 100, 3) == (0, 0)
    assert precision_recall(a, a, 3) == (1, 1)


@pytest.mark.parametrize("seed", range(4))
def test_precision_and_recall_are_those_of_torch_fidelity(seed):
    torchvision_cpu.ensure()
    pytest.importorskip("torch_fidelity")
    from torch_fidelity.metric_prc import prc_features_to_metric

    real, fake = samples(seed, 120, 100)
    chosen = {"prc_neighborhood": 3, "prc_batch_size": 64, "save_cpu_ram": False, "verbose": False}
    theirs = prc_features_to_metric(torch.from_numpy(fake), torch.from_numpy(real), **chosen)
    found = precision_recall(real, fake, 3)
    assert found == pytest.approx((theirs["precision"], theirs["recall"]))
