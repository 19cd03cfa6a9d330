"""Losses against their closed forms on tensors whose values are known."""

import numpy as np
import pytest
import torch

from generators import losses, variants
from generators.networks import PatchDiscriminator, initialize
from generators.settings import GeneratorSettings
from generators.stepper import Stepper

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


def of_pairs(loss):
    """A loss of two tensors as one of a tensor and a changed one."""
    return lambda values: loss(values, values.roll(1, -1))


LOSSES = {
    "distance_to_real": losses.distance_to_real,
    "distance_to_fake": losses.distance_to_fake,
    "discriminator": of_pairs(losses.discriminator),
    "cycle": of_pairs(losses.cycle),
    "identity": of_pairs(losses.identity),
    "perceptual": lambda values: losses.perceptual([values, values], [values.roll(1, -1)] * 2),
}


@pytest.mark.parametrize("name", LOSSES)
def test_bfloat16_is_widened_before_anything_is_computed(name):
    scores = (1e-2 * DRAWS[0] + 1.7).bfloat16()
    for enabled in (False, True):
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            value = LOSSES[name](scores)
        assert value.dtype == torch.float32
        assert torch.equal(value, LOSSES[name](scores.float()))
    assert LOSSES[name](scores.double()).dtype == torch.float64


def test_adversarial_terms_under_autocast_are_those_of_the_scores_in_float32():
    network = PatchDiscriminator(4)
    initialize(network, torch.Generator().manual_seed(0))
    for images in (torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(n)) * 2 - 1
                   for n in range(4)):  # fmt: skip
        with torch.autocast("cpu", torch.bfloat16):
            scores = network(images)
            real, fake = losses.distance_to_real(scores), losses.distance_to_fake(scores)
        assert scores.dtype == torch.bfloat16
        wide = scores.float()
        assert torch.equal(real, ((wide - 1) ** 2).mean())
        assert torch.equal(fake, (wide**2).mean())


@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_every_term_of_a_step_in_bfloat16_is_in_float32(name):
    variant, settings = variants.get(name), GeneratorSettings(steps=1, precision="bf16")
    own = variant.settings(width=4, blocks=1)
    fixed = {network: TwoTaps() for network in variant.needs(own)}
    generator, device = torch.Generator().manual_seed(0), torch.device("cpu")
    stepper = Stepper(variant, settings, own, generator=generator, device=device, fixed=fixed)
    terms = stepper.step({"vis": torch.rand(1, 3, 32, 32), "nir": torch.rand(1, 3, 32, 32)}, 1.0)
    assert {term.dtype for term in terms.values()} == {torch.float32}


class TwoTaps(torch.nn.Module):
    """A small network with two feature maps."""

    def __init__(self):
        super().__init__()
        self.convs = torch.nn.ModuleList(torch.nn.Conv2d(3, 3, 3, padding=1) for _ in range(2))

    def forward(self, images):
        first = self.convs[0](images)
        return [first, self.convs[1](first)]
