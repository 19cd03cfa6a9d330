"""Computes CycleGAN's step (Zhu et al. 2017, section 3); a variant may add terms of the cycle.

Images that go through the same network with the same weights do so in one batch. No layer depends
on the other images of a batch, so this changes values by rounding only.
"""

from collections.abc import Callable, Mapping

import torch
from pydantic import Field, PositiveInt
from torch import Tensor, nn

from generators import losses
from generators.method import Method, Named, OwnSettings, Phase
from generators.networks import PatchDiscriminator, ResnetGenerator, initialize
from generators.pool import ImagePool
from generators.settings import GeneratorSettings

GENERATORS = ("vis_to_nir", "nir_to_vis")
DISCRIMINATORS = ("discriminator_nir", "discriminator_vis")
TERMS = {  # the loss terms, in words
    "adversarial_nir": "how far fake NIR is from fooling its discriminator",
    "adversarial_vis": "how far fake VIS is from fooling its discriminator",
    "cycle_nir": "weighted mean absolute error of NIR translated there and back",
    "cycle_vis": "weighted mean absolute error of VIS translated there and back",
    "identity_nir": "change of what is NIR already",
    "identity_vis": "change of what is VIS already",
    "discriminator_nir": "error of the discriminator of NIR; at 0.25 it guesses",
    "discriminator_vis": "error of the discriminator of VIS; at 0.25 it guesses",
}
CycleTerms = Callable[[Named, Named], Named]  # images of the step and their reconstructions


class CycleGanSettings(OwnSettings):
    """The settings of a CycleGAN; the defaults are the published values."""

    width: PositiveInt = Field(64, description="channels of the generators' first layer")
    blocks: PositiveInt = Field(9, description="residual blocks of each generator")
    discriminator_width: PositiveInt | None = Field(
        None, description="channels of the discriminators' first layer; none: as `width`"
    )
    cycle_weight: float = Field(10.0, ge=0, description="factor on the cycle term")
    identity_weight: float = Field(
        0.5, ge=0, description="factor on the identity term, itself times cycle_weight"
    )
    pool_size: int = Field(50, ge=0, description="earlier fakes kept for each discriminator")


def build(
    settings: GeneratorSettings,
    own: CycleGanSettings,
    generator: torch.Generator,
    fixed: Mapping[str, nn.Module],
) -> Method:
    """Return the published method, with newly drawn weights."""
    return cycle_gan(own, generator)


def cycle_gan(
    own: CycleGanSettings, generator: torch.Generator, more_terms: CycleTerms | None = None
) -> Method:
    """Return the method, with newly drawn weights.

    `more_terms` adds loss terms to the generators' phase.
    """
    networks = _draw_networks(own, generator)
    pools = {name: ImagePool(own.pool_size, _child(generator)) for name in ("pool_nir", "pool_vis")}
    step = CycleStep(own, networks, pools, more_terms)
    phases = (
        Phase("generators", GENERATORS, step.generator_terms),
        Phase("discriminators", DISCRIMINATORS, step.discriminator_terms),
    )
    return Method(networks, phases, pools, backward="nir_to_vis")


def _draw_networks(own: CycleGanSettings, generator: torch.Generator) -> dict[str, nn.Module]:
    """Draw the weights of two generators and two discriminators, in this order."""
    networks: dict[str, nn.Module] = {
        name: ResnetGenerator(own.width, own.blocks) for name in GENERATORS
    }
    width = own.discriminator_width or own.width
    networks |= {name: PatchDiscriminator(width) for name in DISCRIMINATORS}
    for network in networks.values():
        initialize(network, generator)
    return networks


def _child(generator: torch.Generator) -> torch.Generator:
    """Return a new generator, seeded by the given one."""
    seed = int(torch.randint(2**62, (), generator=generator))
    return torch.Generator().manual_seed(seed)


def step_seconds(settings: GeneratorSettings, own: CycleGanSettings) -> float:
    """Return the seconds of a step on one core in float32, as measured."""
    return 3.9e-7 * settings.side_px**2 * own.width * (own.blocks + 2)


class CycleStep:
    """The loss terms of both phases. All images are NCHW float32 in [-1, 1]."""

    def __init__(
        self,
        own: CycleGanSettings,
        networks: Mapping[str, nn.Module],
        pools: Mapping[str, ImagePool],
        more_terms: CycleTerms | None,
    ):
        self.own = own
        self.networks = networks
        self.pools = pools
        self.more_terms = more_terms

    def generator_terms(self, made: Named) -> Named:
        """Add the fakes to `made`; return identity, adversarial, cycle and additional terms."""
        terms = self.translation_terms(made)
        cycles = {
            "vis": self.networks["nir_to_vis"](made["fake_nir"]),
            "nir": self.networks["vis_to_nir"](made["fake_vis"]),
        }
        for spectrum in ("vis", "nir"):
            scores = self.networks[f"discriminator_{spectrum}"](made[f"fake_{spectrum}"])
            terms[f"adversarial_{spectrum}"] = losses.distance_to_real(scores)
            terms[f"cycle_{spectrum}"] = self.own.cycle_weight * losses.cycle(
                made[spectrum], cycles[spectrum]
            )
        return terms | (self.more_terms(made, cycles) if self.more_terms else {})

    def translation_terms(self, made: Named) -> Named:
        """Add the fakes to `made`; return the identity terms, if they have a weight."""
        weight = self.own.identity_weight * self.own.cycle_weight
        terms = {}
        for source, target in (("vis", "nir"), ("nir", "vis")):
            network = self.networks[f"{source}_to_{target}"]
            if weight == 0:
                made[f"fake_{target}"] = network(made[source])
                continue
            made[f"fake_{target}"], same = _halves(network, made[source], made[target])
            terms[f"identity_{target}"] = weight * losses.identity(made[target], same)
        return terms

    def discriminator_terms(self, made: Named) -> Named:
        """Return the terms of both discriminators: real images against fakes from the pools."""
        terms = {}
        for spectrum in ("nir", "vis"):
            name = f"discriminator_{spectrum}"
            fakes = self.pools[f"pool_{spectrum}"].exchange(made[f"fake_{spectrum}"])
            scores = _halves(self.networks[name], made[spectrum], fakes)
            terms[name] = losses.discriminator(*scores)
        return terms


def _halves(network: nn.Module, first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """Return the outputs of a network for two batches of equal size, computed in one pass."""
    one, other = network(torch.cat((first, second))).chunk(2)
    return one, other
