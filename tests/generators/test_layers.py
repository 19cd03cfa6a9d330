"""The faster layers of a processor: one switch turns them off, and gradients have gradients."""

import pytest
import torch
from torch import nn

from generators import winograd
from generators.frozen import frozen
from generators.layers import InstanceNorm, NarrowConv, PaddedConv, fast_layers, is_plain_cpu
from generators.networks import PatchDiscriminator, ResnetGenerator

SIDES = (32, 40)
NETWORKS = {"winograd": ResnetGenerator(8, 1), "direct": ResnetGenerator(5, 1),
            "discriminator": PatchDiscriminator(4)}  # fmt: skip


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def penalty(network: nn.Module, images: torch.Tensor) -> list[torch.Tensor]:
    """Gradients of a gradient penalty (Gulrajani et al. 2017, eq. 3) at the weights and images."""
    leaf = images.clone().requires_grad_()
    (slope,) = torch.autograd.grad(network(leaf).square().sum(), leaf, create_graph=True)
    loss = (slope.flatten(1).norm(2, dim=1) - 1).square().mean()
    moved = [leaf, *(p for p in network.parameters() if p.ndim > 1)]
    return list(torch.autograd.grad(loss, moved))


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS.keys())
def test_a_gradient_penalty_is_that_of_the_plain_layers(network):
    network = network.double()
    for parameter in network.parameters():
        nn.init.normal_(parameter, std=0.2, generator=torch.Generator().manual_seed(0))
    images = noise(2, 3, *SIDES)
    fast = penalty(network, images)
    with fast_layers(False):
        plain = penalty(network, images)
    for mine, theirs in zip(fast, plain, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-9, atol=1e-10 * float(theirs.abs().max()))


def test_second_derivatives_equal_finite_differences():
    conv, norm = NarrowConv(3, 2, 3).double(), InstanceNorm()
    images = noise(2, 3, 5, 5).requires_grad_()
    assert torch.autograd.gradgradcheck(conv, images)
    assert torch.autograd.gradgradcheck(norm, images)
    weight = noise(2, 3, 3, 3).requires_grad_()

    def convolve(images, weight):
        return winograd.convolve(images, winograd.transform(weight), "reflect")

    assert torch.autograd.gradgradcheck(convolve, (noise(1, 3, 4, 4).requires_grad_(), weight))


def test_gradients_of_a_frozen_network_can_be_differentiated():
    plain = nn.Sequential(nn.Conv2d(32, 32, 3, padding=1), nn.Tanh()).double()
    quick = frozen(plain, torch.device("cpu"))
    plain.requires_grad_(False)
    images = noise(1, 32, 8, 8)
    for mine, theirs in zip(penalty_of_images(quick, images), penalty_of_images(plain, images),
                            strict=True):  # fmt: skip
        torch.testing.assert_close(mine, theirs, rtol=1e-9, atol=1e-9)


def penalty_of_images(network: nn.Module, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
    leaf = images.clone().requires_grad_()
    (slope,) = torch.autograd.grad(network(leaf).sum(), leaf, create_graph=True)
    return torch.autograd.grad(slope.square().sum(), leaf)


def test_one_switch_turns_every_faster_way_off(monkeypatch):
    def never(*_):
        raise AssertionError("a faster way was taken")

    monkeypatch.setattr(winograd, "convolve", never)
    for function in ("NarrowConvFunction", "InstanceNormFunction"):
        monkeypatch.setattr(f"generators.layers.{function}.apply", never)
    images = torch.zeros(1, 32, 8, 8)
    layers = (PaddedConv(32), NarrowConv(32, 3, 7), InstanceNorm())
    with fast_layers(False):
        assert not is_plain_cpu(images)
        for layer in layers:
            layer(images)
    assert is_plain_cpu(images)
    for layer in layers:
        with pytest.raises(AssertionError, match="faster"):
            layer(images)
