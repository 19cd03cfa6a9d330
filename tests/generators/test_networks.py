"""Networks against stock layers, closed-form counts and the published names of parameters."""

import itertools

import pytest
import torch
from torch import nn

from generators.networks import PatchDiscriminator, ResnetGenerator, initialize


def count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def conv_parameters(before: int, after: int, side: int) -> int:
    return before * after * side**2 + after


class StockBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        layers = []
        for place in range(2):
            conv = nn.Conv2d(channels, channels, 3)
            layers += [nn.ReflectionPad2d(1), conv, nn.InstanceNorm2d(channels)]
            layers += [nn.ReLU()] if place == 0 else []
        self.conv_block = nn.Sequential(*layers)

    def forward(self, images):
        return images + self.conv_block(images)


def stock_generator(width: int, blocks: int) -> nn.Sequential:
    def normed(conv, channels):
        return [conv, nn.InstanceNorm2d(channels), nn.ReLU()]

    w = width
    layers = [nn.ReflectionPad2d(3), *normed(nn.Conv2d(3, w, 7), w)]
    layers += normed(nn.Conv2d(w, 2 * w, 3, 2, 1), 2 * w)
    layers += normed(nn.Conv2d(2 * w, 4 * w, 3, 2, 1), 4 * w)
    layers += [StockBlock(4 * w) for _ in range(blocks)]
    layers += normed(nn.ConvTranspose2d(4 * w, 2 * w, 3, 2, 1, 1), 2 * w)
    layers += normed(nn.ConvTranspose2d(2 * w, w, 3, 2, 1, 1), w)
    return nn.Sequential(*layers, nn.ReflectionPad2d(3), nn.Conv2d(w, 3, 7), nn.Tanh())


def stock_discriminator(width: int) -> nn.Sequential:
    layers = [nn.Conv2d(3, width, 4, 2, 1), nn.LeakyReLU(0.2)]
    for channels, stride in ((width, 2), (2 * width, 2), (4 * width, 1)):
        conv = nn.Conv2d(channels, 2 * channels, 4, stride, 1)
        layers += [conv, nn.InstanceNorm2d(2 * channels), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, nn.Conv2d(8 * width, 1, 4, 1, 1))


@pytest.mark.parametrize(
    ("ours", "stock", "sides"),
    [
        (ResnetGenerator(8, 2), stock_generator(8, 2), (32, 48)),
        (ResnetGenerator(9, 1), stock_generator(9, 1), (36, 44)),
        (PatchDiscriminator(4), stock_discriminator(4), (48, 40)),
    ],
    ids=["generator-winograd", "generator-direct", "discriminator"],
)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_networks_equal_stock_layers_with_the_same_weights_and_keys(ours, stock, sides, number):
    generator = torch.Generator().manual_seed(number)
    ours, stock = ours.double(), stock.double()
    for parameter in stock.parameters():
        nn.init.normal_(parameter, std=0.3, generator=generator)
    ours.model.load_state_dict(stock.state_dict())
    images = torch.rand((number, 3, *sides), generator=generator, dtype=torch.float64) * 2 - 1
    outputs = []
    for network in (ours, stock):
        network.zero_grad()
        leaf = images.clone().requires_grad_()
        made = network(leaf)
        weights = torch.arange(made.numel(), dtype=made.dtype).view(made.shape).sin()
        (made * weights).sum().backward()
        of_weights = [p.grad for p in network.parameters() if p.ndim > 1]
        outputs.append([made.detach(), leaf.grad, *of_weights])
    for mine, reference in zip(*outputs, strict=True):
        torch.testing.assert_close(mine, reference, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(("width", "blocks"), [(64, 9), (16, 4), (5, 1)])
def test_generator_has_the_parameters_of_its_formula(width, blocks):
    expected = (
        conv_parameters(3, width, 7)
        + conv_parameters(width, 2 * width, 3)
        + conv_parameters(2 * width, 4 * width, 3)
        + 2 * blocks * conv_parameters(4 * width, 4 * width, 3)
        + conv_parameters(4 * width, 2 * width, 3)
        + conv_parameters(2 * width, width, 3)
        + conv_parameters(width, 3, 7)
    )
    assert count(ResnetGenerator(width, blocks)) == expected


@pytest.mark.parametrize("width", [64, 6])
def test_discriminator_has_the_parameters_of_its_formula(width):
    channels = [3, width, 2 * width, 4 * width, 8 * width, 1]
    pairs = itertools.pairwise(channels)
    assert count(PatchDiscriminator(width)) == sum(conv_parameters(*pair, 4) for pair in pairs)


def test_one_score_of_the_discriminator_sees_70_by_70_pixels():
    network = PatchDiscriminator(2)
    for place, layer in enumerate(network.model):
        if type(layer).__name__ == "InstanceNorm":  # it would let each score see all pixels
            network.model[place] = nn.Identity()
    images = torch.rand(1, 3, 128, 128, requires_grad=True)
    scores = network(images)
    scores[0, 0, scores.shape[2] // 2, scores.shape[3] // 2].backward()
    seen = images.grad[0].abs().sum(0) > 0
    assert seen.any(0).sum() == seen.any(1).sum() == 70


def test_channels_of_input_and_output_can_be_chosen():
    made = ResnetGenerator(4, 1, in_channels=1, out_channels=2)(torch.zeros(1, 1, 32, 32))
    assert made.shape == (1, 2, 32, 32)


def test_weights_are_drawn_from_the_generator_handed_in():
    networks = [ResnetGenerator(16, 4) for _ in range(2)]
    for network in networks:
        initialize(network, torch.Generator().manual_seed(3))
    first, second = (torch.cat([p.detach().flatten() for p in n.parameters()]) for n in networks)
    assert torch.equal(first, second)
    values = torch.cat([p.detach().flatten() for p in networks[0].parameters() if p.ndim > 1])
    assert abs(float(values.mean())) < 4 * 0.02 / values.numel() ** 0.5
    assert float(values.std()) == pytest.approx(0.02, rel=0.01)
    assert all((p == 0).all() for p in networks[0].parameters() if p.ndim == 1)
