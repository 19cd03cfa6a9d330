"""An example of a translator outside the package: one direction, its own network and setting.

    bench run-all --variants A,tests/generators/data/one_way.py --set one-way.channels=4

Every pixel's colour becomes a grey level; fakes are to have the mean and the spread of NIR images.
"""

from collections.abc import Mapping

import torch
from pydantic import Field, PositiveInt
from torch import Tensor, nn

from generators.method import Method, Named, OwnSettings, Phase, Variant
from generators.networks import initialize
from generators.settings import GeneratorSettings


class ToneSettings(OwnSettings):
    """How large the network is."""

    channels: PositiveInt = Field(8, description="channels of the hidden layer")


class Tone(nn.Module):
    """(N, 3, H, W) in [-1, 1] => (N, 1, H, W) in [-1, 1], pixel by pixel."""

    def __init__(self, channels: int):
        super().__init__()
        self.arguments = {"channels": channels}
        self.layers = nn.Sequential(
            nn.Conv2d(3, channels, 1), nn.ReLU(), nn.Dropout(0.25), nn.Conv2d(channels, 1, 1)
        )

    def forward(self, images: Tensor) -> Tensor:
        return torch.tanh(self.layers(images) + images.mean(1, keepdim=True))


class ToneTerms:
    """The distances of two moments."""

    def __init__(self, network: Tone):
        self.network = network

    def __call__(self, made: Named) -> Named:
        fakes, real = self.network(made["vis"]), made["nir"]
        return {
            "brightness": (fakes.mean() - real.mean()).square(),
            "contrast": (fakes.std() - real.std()).square(),
        }


def build(
    settings: GeneratorSettings,
    own: ToneSettings,
    generator: torch.Generator,
    fixed: Mapping[str, nn.Module],
) -> Method:
    """One network in one phase."""
    network = Tone(own.channels)
    initialize(network, generator)
    return Method({"tone": network}, (Phase("tone", ("tone",), ToneTerms(network)),),
                  generator="tone")  # fmt: skip


VARIANT = Variant(
    name="one-way",
    description="a grey level for every colour",
    settings=ToneSettings,
    build=build,
    architectures=(Tone,),
    terms={
        "brightness": "distance of the fakes' mean grey from that of NIR",
        "contrast": "distance of the fakes' spread of grey from that of NIR",
    },
)
