"""Defines variant C: B with a perceptual loss between an image and its cycle reconstruction."""

from collections.abc import Mapping
from typing import Literal

import torch
from pydantic import Field
from torch import nn

from generators import cyclegan, losses
from generators.cyclegan import CycleGanSettings, cycle_gan
from generators.method import Comparison, Method, Named, Variant
from generators.settings import GeneratorSettings


class PerceptualSettings(CycleGanSettings):
    """The settings of a CycleGAN and of the perceptual term."""

    perceptual_weight: float = Field(
        1.0, ge=0, description="factor on the perceptual term; not stated in the paper"
    )
    perceptual_network: Literal["vgg16-hed", "vgg16-imagenet"] = Field(
        "vgg16-hed", description="weights of the perceptual term; the first needs no download"
    )


class PerceptualTerm:
    """The difference between features of images and of their reconstructions, in both directions.

    `features`: N3HW RGB float32 in [-1, 1] => a list of NCHW feature maps (Johnson et al. 2016).
    """

    def __init__(self, features: nn.Module, weight: float):
        self.features, self.weight = features, weight

    def __call__(self, made: Named, cycles: Named) -> Named:
        """Return the term: twice the mean over both directions, the sum of their means."""
        with torch.no_grad():
            real = self.features(torch.cat((made["vis"], made["nir"])))
        ours = self.features(torch.cat((cycles["vis"], cycles["nir"])))
        return {"perceptual": 2 * self.weight * losses.perceptual(real, ours)}


def _build(
    settings: GeneratorSettings,
    own: PerceptualSettings,
    generator: torch.Generator,
    fixed: Mapping[str, nn.Module],
) -> Method:
    """Return CycleGAN with the perceptual term."""
    term = PerceptualTerm(fixed[own.perceptual_network], own.perceptual_weight)
    return cycle_gan(own, generator, term)


def _needs(own: PerceptualSettings) -> tuple[str, ...]:
    """Return the network of the perceptual term."""
    return (own.perceptual_network,)


def _step_seconds(settings: GeneratorSettings, own: PerceptualSettings) -> float:
    """Return the seconds of a step on one core in float32, as measured."""
    return 2.1 * cyclegan.step_seconds(settings, own)


VARIANT = Variant(
    name="C",
    description="B with a perceptual loss on VGG16 features of the cycle",
    settings=PerceptualSettings,
    build=_build,
    equalize="vis",
    needs=_needs,
    step_seconds=_step_seconds,
    terms=cyclegan.TERMS | {"perceptual": "distance of features after translation there and back"},
    compare_with=Comparison("B", "What the perceptual loss changes"),
)
