"""Cosines: exact to the last addition, and the same bits in any block, order and shape."""

from fractions import Fraction

import numpy as np
import pytest

from faces.common.errors import DataError
from recognizer.cosines import LARGEST_DIMENSION, Cosines


def embeddings(seed: int, number: int, dimension: int) -> np.ndarray:
    """Return (number, D) float32 of unit length; some have a few large numbers, some come twice."""
    draw = np.random.default_rng(seed)
    values = draw.normal(size=(number, dimension)) ** draw.choice([1, 3, 9], (number, 1))
    values[number // 2] = values[0]
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


def exact(a: np.ndarray, b: np.ndarray) -> Fraction:
    return sum((Fraction(float(x)) * Fraction(float(y)) for x, y in zip(a, b, strict=True)))


@pytest.mark.parametrize("dimension", [2, 64, 512, LARGEST_DIMENSION])
def test_scores_are_the_exact_products_to_a_few_last_digits(dimension):
    probe, gallery = embeddings(0, 6, dimension), embeddings(1, 4, dimension)
    scores = Cosines(probe, gallery).block(slice(0, 6))
    expected = [[float(exact(p, g)) for g in gallery] for p in probe]
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("dimension", [3, 128, 512, LARGEST_DIMENSION])
def test_neither_blocks_nor_order_nor_company_change_a_bit(dimension):
    draw = np.random.default_rng(dimension)
    probe, gallery = embeddings(2, 61, dimension), embeddings(3, 37, dimension)
    whole = Cosines(probe, gallery).block(slice(0, 61))
    rows, columns = draw.permutation(61), draw.permutation(37)
    moved = Cosines(probe[rows], gallery[columns])
    for step in (1, 2, 7, 64):
        blocks = [moved.block(slice(start, start + step)) for start in range(0, 61, step)]
        np.testing.assert_array_equal(np.concatenate(blocks), whole[rows][:, columns])
    for count in (1, 2, 3, 5, 36):
        np.testing.assert_array_equal(
            Cosines(probe, gallery[:count]).block(slice(0, 61)), whole[:, :count]
        )
    own = draw.integers(0, 37, 61)
    np.testing.assert_array_equal(Cosines(probe, gallery).pairs(own), whole[range(61), own])


def test_the_worst_case_still_adds_exactly():
    """All numbers as large as they may be, with every bit of both parts in use."""
    wide = np.full((5, LARGEST_DIMENSION), 1 / 32)
    wide += np.random.default_rng(0).integers(-(2**20), 2**20, wide.shape) * 2.0**-47
    whole = Cosines(wide, wide).block(slice(0, 5))
    order = np.random.default_rng(1).permutation(LARGEST_DIMENSION)
    np.testing.assert_array_equal(Cosines(wide[:, order], wide[:, order]).block(slice(0, 5)), whole)
    np.testing.assert_array_equal(Cosines(wide, wide).pairs(np.arange(5)), np.diag(whole))


def test_many_pairs_come_in_parts(monkeypatch):
    monkeypatch.setattr("recognizer.cosines.GATHERED", 100)
    probe, gallery = embeddings(4, 50, 64), embeddings(5, 9, 64)
    own = np.arange(50) % 9
    expected = Cosines(probe, gallery).block(slice(0, 50))[range(50), own]
    np.testing.assert_array_equal(Cosines(probe, gallery).pairs(own), expected)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_is_no_number_is_refused(wrong):
    broken = embeddings(0, 3, 8)
    broken[1, 2] = wrong
    for pair in ((broken, embeddings(1, 3, 8)), (embeddings(1, 3, 8), broken)):
        with pytest.raises(DataError, match="NaN"):
            Cosines(*pair)


def test_embeddings_of_another_length_are_a_mistake_of_the_caller():
    with pytest.raises(AssertionError, match="unit length"):
        Cosines(2 * embeddings(0, 3, 8), embeddings(1, 3, 8))
