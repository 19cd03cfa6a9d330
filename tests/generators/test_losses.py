"""Losses against their closed forms on tensors whose values are known."""

import numpy as np
import pytest
import torch

from generators import losses

DRAWS = [torch.randn(2, 3, 5, 7, generator=torch.Generator().manual_seed(n)) for n in range(6)]


@pytest.mark.parametrize("scores", DRAWS)
def test_least_squares_terms(scores):
    numbers = scores.double().numpy()
    assert float(losses.distance_to_real(scores)) == pytest.approx(
        ((numbers - 1) ** 2).mean(), rel=1e-5
    )
    assert float(losses.distance_to_fake(scores)) == pytest.approx((numbers**2).mean(), rel=1e-5)


def test_a_discriminator_is_half_of_both_terms():
    real, fake = torch.full((1, 1, 4, 4), 0.25), torch.full((1, 1, 3, 3), 0.5)
    assert float(losses.discriminator(real, fake)) == pytest.approx((0.75**2 + 0.5**2) / 2)


@pytest.mark.parametrize("loss", [losses.cycle, losses.identity])
@pytest.mark.parametrize(("one", "other"), [DRAWS[:2], DRAWS[2:4]])
def test_absolute_differences(loss, one, other):
    expected = np.abs(one.double().numpy() - other.double().numpy()).mean()
    assert float(loss(one, other)) == pytest.approx(expected, rel=1e-5)
    assert float(loss(one, one)) == 0


def test_perceptual_averages_taps_not_pixels():
    shapes = [(1, 4, 8, 8), (1, 8, 4, 4), (1, 2, 2, 2), (1, 1, 1, 1)]
    real = [torch.zeros(shape) for shape in shapes]
    cycles = [torch.full(shape, float(tap)) for tap, shape in enumerate(shapes)]
    assert float(losses.perceptual(real, cycles)) == pytest.approx((0 + 1 + 4 + 9) / 4)


def test_perceptual_refuses_unequal_numbers_of_taps():
    with pytest.raises(ValueError, match="shorter"):
        losses.perceptual([torch.zeros(1)] * 2, [torch.zeros(1)])
