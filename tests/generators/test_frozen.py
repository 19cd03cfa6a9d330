"""A frozen feature network computes what the network itself does."""

import pytest
import torch
from torch import nn

from generators.frozen import FrozenConv, frozen


def network(bias: bool) -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1),
        nn.ReLU(),
        nn.Sequential(nn.Conv2d(32, 40, 3, padding=1, bias=bias), nn.ReLU(), nn.MaxPool2d(2)),
        nn.Conv2d(40, 32, 3, padding=1, stride=2),
        nn.Conv2d(32, 8, 3, padding=1, padding_mode="reflect"),
        nn.Conv2d(8, 4, 1),
    ).double()


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("sides", [(16, 24), (18, 22)])
def test_values_and_gradients_of_images_are_the_same(bias, sides):
    plain = network(bias)
    quick = frozen(plain, torch.device("cpu"))
    images = torch.randn(2, 3, *sides, dtype=torch.float64, requires_grad=True)
    made, expected = quick(images), plain(images)
    torch.testing.assert_close(made, expected, rtol=1e-12, atol=1e-12)
    weights = torch.randn_like(expected)
    mine, theirs = (torch.autograd.grad(y, images, weights)[0] for y in (made, expected))
    torch.testing.assert_close(mine, theirs, rtol=1e-12, atol=1e-12)


def test_only_convolutions_that_suit_are_replaced_and_the_original_is_left_alone():
    plain = network(bias=True).train()
    quick = frozen(plain, torch.device("cpu"))
    assert sum(isinstance(module, FrozenConv) for module in quick.modules()) == 1
    assert not any(isinstance(module, FrozenConv) for module in plain.modules())
    assert all(parameter.requires_grad for parameter in plain.parameters())
    assert not any(parameter.requires_grad for parameter in quick.parameters())
