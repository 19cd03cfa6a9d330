"""Winograd's convolution against the direct one, values and gradients."""

import pytest
import torch
import torch.nn.functional as F

from generators import winograd

MODES = {"reflect": "reflect", "zeros": "constant"}


@pytest.mark.parametrize("padding", MODES)
@pytest.mark.parametrize("shape", [(1, 3, 4, 4), (2, 5, 8, 12), (3, 1, 16, 4)])
@pytest.mark.parametrize("out_channels", [1, 6])
def test_values_and_gradients_equal_the_direct_convolution(shape, out_channels, padding):
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(shape, generator=generator, dtype=torch.float64, requires_grad=True)
    size = (out_channels, shape[1], 3, 3)
    weight = torch.randn(size, generator=generator, dtype=torch.float64, requires_grad=True)
    direct = F.conv2d(F.pad(images, (1, 1, 1, 1), mode=MODES[padding]), weight)
    ours = winograd.convolve(images, winograd.transform(weight), padding)
    gradient = torch.randn(direct.shape, generator=generator, dtype=torch.float64)
    theirs = torch.autograd.grad(direct, (images, weight), gradient)
    mine = torch.autograd.grad(ours, (images, weight), gradient)
    torch.testing.assert_close(ours, direct, rtol=1e-12, atol=1e-12)
    for one, other in zip(mine, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-11)


def test_gradients_that_nobody_wants_are_not_computed():
    images = torch.randn(1, 2, 8, 8, requires_grad=True)
    weight = torch.randn(2, 2, 3, 3)
    winograd.convolve(images, winograd.transform(weight), "reflect").sum().backward()
    assert images.grad is not None
    assert weight.grad is None


@pytest.mark.parametrize("padding", MODES)
def test_gradients_work_where_the_tables_were_made_in_inference_mode(padding):
    caches = [made for made in vars(winograd).values() if hasattr(made, "cache_clear")]
    assert caches
    for made in caches:
        made.cache_clear()
    images, weight = torch.randn(1, 2, 4, 4), torch.randn(3, 2, 3, 3)
    with torch.inference_mode():
        winograd.convolve(images, winograd.transform(weight), padding)
    images.requires_grad_()
    weight.requires_grad_()
    winograd.convolve(images, winograd.transform(weight), padding).sum().backward()
    assert images.grad is not None
    assert weight.grad is not None
