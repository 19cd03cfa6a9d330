"""Measures our training step against a plain transcription of the published CycleGAN loop.

    python benchmarks/train_step.py --side-px 96 --width 24 --blocks 4 --steps 20
    python benchmarks/train_step.py --device cuda --side-px 256 --width 64 --blocks 9 \
        --peak-tflops 989

Same objective (identity term included), same weights, same images, one image of each spectrum a
step; float32 and bfloat16; one thread on a processor. The two take turns and medians are compared.
The plain loop has stock layers, no autocast, Adam as published, and one backward for each
discriminator. Losses of step 1 must agree to 1e-5 in float32 before anything is timed.
"""

import argparse
import itertools
import statistics
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from faces.common.compute import choose_device, has_bf16
from generators import variants
from generators.cyclegan import DISCRIMINATORS, GENERATORS, CycleGanSettings
from generators.settings import GeneratorSettings
from generators.stepper import Stepper

AGREEMENT = 1e-5
WARMUP_STEPS = 3


class PlainBlock(nn.Module):
    """A residual block of stock layers."""

    def __init__(self, channels: int):
        super().__init__()
        half = lambda: [  # noqa: E731 - the block is two of these
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3),
            nn.InstanceNorm2d(channels),
        ]
        self.conv_block = nn.Sequential(*half(), nn.ReLU(True), *half())

    def forward(self, images: Tensor) -> Tensor:
        return images + self.conv_block(images)


def plain_generator(width: int, blocks: int) -> nn.Module:
    """Return the published generator of stock layers; its state dict has the keys of ours."""
    layers = [
        nn.ReflectionPad2d(3),
        nn.Conv2d(3, width, 7),
        nn.InstanceNorm2d(width),
        nn.ReLU(True),
    ]
    for channels in (width, 2 * width):
        conv = nn.Conv2d(channels, 2 * channels, 3, 2, 1)
        layers += [conv, nn.InstanceNorm2d(2 * channels), nn.ReLU(True)]
    layers += [PlainBlock(4 * width) for _ in range(blocks)]
    for channels in (4 * width, 2 * width):
        conv = nn.ConvTranspose2d(channels, channels // 2, 3, 2, 1, 1)
        layers += [conv, nn.InstanceNorm2d(channels // 2), nn.ReLU(True)]
    return named_model([*layers, nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Tanh()])


def plain_discriminator(width: int) -> nn.Module:
    """Return the published 70x70 discriminator of stock layers."""
    layers = [nn.Conv2d(3, width, 4, 2, 1), nn.LeakyReLU(0.2, True)]
    for channels, stride in ((width, 2), (2 * width, 2), (4 * width, 1)):
        conv = nn.Conv2d(channels, 2 * channels, 4, stride, 1)
        layers += [conv, nn.InstanceNorm2d(2 * channels), nn.LeakyReLU(0.2, True)]
    return named_model([*layers, nn.Conv2d(8 * width, 1, 4, 1, 1)])


def named_model(layers: list[nn.Module]) -> nn.Module:
    return nn.Sequential(OrderedDict(model=nn.Sequential(*layers)))


class PlainStep:
    """The published loop's `optimize_parameters`, written out."""

    def __init__(
        self,
        settings: GeneratorSettings,
        own: CycleGanSettings,
        weights: dict[str, dict],
        features: nn.Module | None,
    ):
        self.own = own
        self.features = features
        self.networks: dict[str, nn.Module] = {}
        for name, state in weights.items():
            if name in DISCRIMINATORS:
                network = plain_discriminator(own.discriminator_width or own.width)
            else:
                network = plain_generator(own.width, own.blocks)
            network.load_state_dict(state)
            self.networks[name] = network.to(next(iter(state.values())).device)
        betas = (settings.beta1, settings.beta2)
        self.adams = [
            torch.optim.Adam(
                [p for name in names for p in self.networks[name].parameters()],
                settings.learning_rate,
                betas,
            )
            for names in (GENERATORS, DISCRIMINATORS)
        ]

    def __call__(self, vis: Tensor, nir: Tensor) -> dict[str, Tensor]:
        """Make one step on (1, 3, S, S) images in [-1, 1]; the pools swap nothing yet."""
        to_nir, to_vis, of_nir, of_vis = self.networks.values()
        fake_nir, fake_vis = to_nir(vis), to_vis(nir)
        cycle_vis, cycle_nir = to_vis(fake_nir), to_nir(fake_vis)
        for discriminator in (of_nir, of_vis):
            discriminator.requires_grad_(False)
        self.adams[0].zero_grad(set_to_none=False)
        weight = self.own.cycle_weight
        terms = {
            "identity_nir": self.own.identity_weight * weight * F.l1_loss(to_nir(nir), nir),
            "identity_vis": self.own.identity_weight * weight * F.l1_loss(to_vis(vis), vis),
            "adversarial_nir": against(of_nir(fake_nir), 1.0),
            "adversarial_vis": against(of_vis(fake_vis), 1.0),
            "cycle_vis": weight * F.l1_loss(cycle_vis, vis),
            "cycle_nir": weight * F.l1_loss(cycle_nir, nir),
        }
        if self.features is not None:
            terms["perceptual"] = self.own.perceptual_weight * (
                self.feature_loss(vis, cycle_vis) + self.feature_loss(nir, cycle_nir)
            )
        sum(terms.values()).backward()
        self.adams[0].step()
        for discriminator in (of_nir, of_vis):
            discriminator.requires_grad_(True)
        self.adams[1].zero_grad(set_to_none=False)
        for spectrum, network, real, fake in (
            ("nir", of_nir, nir, fake_nir),
            ("vis", of_vis, vis, fake_vis),
        ):
            loss = (against(network(real), 1.0) + against(network(fake.detach()), 0.0)) * 0.5
            loss.backward()
            terms[f"discriminator_{spectrum}"] = loss
        self.adams[1].step()
        return {name: term.detach() for name, term in terms.items()}

    def feature_loss(self, real: Tensor, cycle: Tensor) -> Tensor:
        pairs = list(zip(self.features(real), self.features(cycle), strict=True))
        return sum(F.mse_loss(ours, theirs.detach()) for theirs, ours in pairs) / len(pairs)


def against(scores: Tensor, target: float) -> Tensor:
    """Return the published least-squares criterion, against a filled target."""
    return F.mse_loss(scores, torch.full_like(scores, target))


class PlainVgg16(nn.Module):
    """VGG16's ten convolutions up to relu4_3 with random weights, for its cost alone."""

    def __init__(self):
        super().__init__()
        channels = [3, 64, 64, 128, 128, 256, 256, 256, 512, 512, 512]
        self.convs = nn.ModuleList(
            nn.Conv2d(before, after, 3, padding=1) for before, after in itertools.pairwise(channels)
        )

    def forward(self, images: Tensor) -> list[Tensor]:
        taps = []
        for place, conv in enumerate(self.convs):
            if place in (2, 4, 7):
                images = F.max_pool2d(images, 2)
            images = F.relu(conv(images))
            if place in (1, 3, 6, 9):
                taps.append(images)
        return taps


@dataclass
class Contest:
    """Both steps from the same weights on the same images."""

    ours: Callable[[], dict[str, Tensor]]
    plain: Callable[[], dict[str, Tensor]]


def contest(
    settings: GeneratorSettings, variant: str, size: dict[str, int], device: torch.device
) -> Contest:
    torch.manual_seed(0)
    chosen = variants.get(variant)
    own = chosen.settings(**size)
    fixed = {name: PlainVgg16().to(device).requires_grad_(False) for name in chosen.needs(own)}
    generator = torch.Generator().manual_seed(0)
    ours = Stepper(chosen, settings, own, generator=generator, device=device, fixed=fixed)
    weights = {
        name: {key: tensor.clone() for key, tensor in network.state_dict().items()}
        for name, network in ours.method.networks.items()
    }
    plain = PlainStep(settings, own, weights, next(iter(fixed.values()), None))
    vis, nir = torch.rand(2, 1, 3, settings.side_px, settings.side_px, device=device) * 2 - 1
    return Contest(lambda: ours.step({"vis": vis, "nir": nir}, 1.0), lambda: plain(vis, nir))


def require_agreement(both: Contest) -> None:
    """Raise SystemExit where a loss of step 1 differs by more than the tolerance."""
    ours, plain = both.ours(), both.plain()
    for name, loss in plain.items():
        difference = abs(float(loss) - float(ours[name])) / max(1.0, abs(float(loss)))
        if difference > AGREEMENT:
            raise SystemExit(f"{name} of step 1: ours {float(ours[name])}, plain {float(loss)}")


def medians(both: Contest, steps: int, device: torch.device) -> tuple[float, float]:
    """Return the median milliseconds per step of ours and of the plain one, taken in turns.

    On a processor it is processor time, which depends least on other work on the machine.
    """
    clock = time.process_time if device.type == "cpu" else time.perf_counter
    seconds: tuple[list[float], list[float]] = ([], [])
    for turn in range(WARMUP_STEPS + steps):
        for measured, step in zip(seconds, (both.ours, both.plain), strict=True):
            synchronize(device)
            start = clock()
            step()
            synchronize(device)
            if turn >= WARMUP_STEPS:
                measured.append(clock() - start)
    return 1e3 * statistics.median(seconds[0]), 1e3 * statistics.median(seconds[1])


def synchronize(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()


def flops_of(step: Callable[[], object]) -> int:
    with FlopCounterMode(display=False) as counter:
        step()
    return counter.get_total_flops()


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--side-px", type=int, default=96)
    parser.add_argument("--width", type=int, default=24)
    parser.add_argument("--blocks", type=int, default=4)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--variants", default="A,C")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--peak-tflops", type=float, help="of the device, in the better precision")
    return parser.parse_args()


def main() -> None:
    chosen = options()
    device = choose_device(chosen.device)
    torch.set_num_threads(1)
    print(f"side {chosen.side_px} px, width {chosen.width}, {chosen.blocks} blocks, {device}")
    print("variant  precision  plain ms  ours ms  gain   TFLOP/s")
    for variant in chosen.variants.split(","):
        for precision in ("float32", "bf16"):
            if precision == "bf16" and not has_bf16(device):
                print(
                    f"{variant:7s}  bf16       skipped: this processor has no bfloat16 arithmetic"
                )
                continue
            settings = GeneratorSettings(
                steps=10**6,
                side_px=chosen.side_px,
                precision=precision,
            )
            size = {"width": chosen.width, "blocks": chosen.blocks}
            both = contest(settings, variant, size, device)
            if precision == "float32":
                require_agreement(both)
            ours_ms, plain_ms = medians(both, chosen.steps, device)
            tflops = flops_of(both.plain) / ours_ms / 1e9
            share = f" ({tflops / chosen.peak_tflops:.1%})" if chosen.peak_tflops else ""
            print(
                f"{variant:7s}  {precision:9s}  {plain_ms:8.1f}  {ours_ms:7.1f}  "
                f"{plain_ms / ours_ms:4.2f}x  {tflops:.3f}{share}"
            )


if __name__ == "__main__":
    main()
