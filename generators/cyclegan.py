"""CycleGAN's step (Zhu et al. 2017, section 3), with a perceptual cycle term where asked for.

Images that pass the same network with the same weights pass it as one batch: nothing here looks at
other images of its batch, so this changes no value but by rounding.
"""

import torch
from torch import Tensor, nn

from generators import losses
from generators.method import Method, Named, Phase
from generators.networks import PatchDiscriminator, ResnetGenerator, initialize
from generators.pool import ImagePool
from generators.settings import GeneratorSettings

GENERATORS = ("vis_to_nir", "nir_to_vis")
DISCRIMINATORS = ("judge_nir", "judge_vis")


def build(
    settings: GeneratorSettings, generator: torch.Generator, features: nn.Module | None
) -> Method:
    """The method with freshly drawn weights; `features` adds the perceptual term (variant C)."""
    networks = draw_networks(settings, generator)
    pools = {
        name: ImagePool(settings.pool_size, child(generator)) for name in ("pool_nir", "pool_vis")
    }
    step = CycleStep(settings, networks, pools, features)
    phases = (
        Phase("generators", GENERATORS, step.generator_terms),
        Phase("discriminators", DISCRIMINATORS, step.discriminator_terms),
    )
    return Method(networks, phases, pools)


def draw_networks(settings: GeneratorSettings, generator: torch.Generator) -> dict[str, nn.Module]:
    """Two generators and two discriminators, drawn in this order."""
    judge_width = settings.discriminator_width or settings.width
    networks: dict[str, nn.Module] = {
        name: ResnetGenerator(settings.width, settings.blocks) for name in GENERATORS
    }
    networks |= {name: PatchDiscriminator(judge_width) for name in DISCRIMINATORS}
    for network in networks.values():
        initialize(network, generator)
    return networks


def child(generator: torch.Generator) -> torch.Generator:
    """An own generator, seeded by the one handed in."""
    seed = int(torch.randint(2**62, (), generator=generator))
    return torch.Generator().manual_seed(seed)


class CycleStep:
    """The terms of both phases. Tensors are NCHW float32 in [-1, 1] throughout."""

    def __init__(
        self,
        settings: GeneratorSettings,
        networks: dict[str, nn.Module],
        pools: dict[str, ImagePool],
        features: nn.Module | None,
    ):
        self.settings = settings
        self.networks = networks
        self.pools = pools
        self.features = features

    def generator_terms(self, made: Named) -> Named:
        """Adds the fakes to `made`; adversarial, cycle, identity and perceptual terms."""
        terms = self.translation_terms(made)
        cycles = {
            "vis": self.networks["nir_to_vis"](made["fake_nir"]),
            "nir": self.networks["vis_to_nir"](made["fake_vis"]),
        }
        for spectrum in ("vis", "nir"):
            judge = self.networks[f"judge_{spectrum}"]
            terms[f"adversarial_{spectrum}"] = losses.judged_real(judge(made[f"fake_{spectrum}"]))
            terms[f"cycle_{spectrum}"] = self.settings.cycle_weight * losses.cycle(
                made[spectrum], cycles[spectrum]
            )
        if self.features is not None:
            terms["perceptual"] = self.perceptual_term(made, cycles)
        return terms

    def translation_terms(self, made: Named) -> Named:
        """Adds the fakes to `made`; gives the identity terms, if they have a weight."""
        weight = self.settings.identity_weight * self.settings.cycle_weight
        terms = {}
        for source, target in (("vis", "nir"), ("nir", "vis")):
            network = self.networks[f"{source}_to_{target}"]
            if weight == 0:
                made[f"fake_{target}"] = network(made[source])
                continue
            made[f"fake_{target}"], same = halves(network, made[source], made[target])
            terms[f"identity_{target}"] = weight * losses.identity(made[target], same)
        return terms

    def perceptual_term(self, made: Named, cycles: Named) -> Tensor:
        """Features of the images against those of their reconstructions, both directions summed.

        The mean over the joint batch is half the sum of the two directions' means.
        """
        with torch.no_grad():
            real = self.features(torch.cat((made["vis"], made["nir"])))
        ours = self.features(torch.cat((cycles["vis"], cycles["nir"])))
        return 2 * self.settings.perceptual_weight * losses.perceptual(real, ours)

    def discriminator_terms(self, made: Named) -> Named:
        """Both discriminators on the images of the step and on fakes from the pools."""
        terms = {}
        for spectrum in ("nir", "vis"):
            fakes = self.pools[f"pool_{spectrum}"].exchange(made[f"fake_{spectrum}"])
            scores = halves(self.networks[f"judge_{spectrum}"], made[spectrum], fakes)
            terms[f"judge_{spectrum}"] = losses.discriminator(*scores)
        return terms


def halves(network: nn.Module, first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """What the network makes of two batches of equal size, in one pass."""
    return network(torch.cat((first, second))).chunk(2)
