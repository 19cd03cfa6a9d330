"""Image quality of fakes, beside a floor and beside what was never translated.

Every image enters as luminance at one side, so that neither colour nor resolution decides; every
kind is measured with the same number of images, since the Frechet distance falls with it. Rows of
`images = "real"` compare one half of real NIR with the other: the floor. Looks are not usefulness:
these rows stand beside recognition, not before it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from faces.align import EYE_PLACES
from faces.errors import DataError
from faces.luminance import luminance
from faces.networks.dlib_resnet import DlibFaceNet, chips
from faces.networks.efficientnet_lite0 import EfficientNetLite0
from generators.measures.detection import detection_rate
from generators.measures.distances import frechet_distance, kernel_distance
from generators.measures.neighbours import density_coverage, precision_recall
from generators.measures.pairs import identity, psnr, ssim

__all__ = [
    "Judges",
    "Kind",
    "density_coverage",
    "detection_rate",
    "frechet_distance",
    "kernel_distance",
    "measure",
    "precision_recall",
]

NEIGHBOURS = 5
# Lite0 was trained at 224 px. At 128 px it costs a third on a CPU, and crops of 64 to 112 px, all
# enlarged, hold no more. Distances taken at different sides are not comparable.
LITE0_PX = 128
CPU_BATCH, GPU_BATCH = 8, 64  # on a CPU larger batches leave the cache and are slower

Row = dict[str, str | float | int]


@dataclass(frozen=True)
class Kind:
    """Images of one kind, (N, S, S, 1 or 3) uint8.

    Where known, row by row: `sources`, the VIS images they were made from, and `truth`, the NIR
    images of the same shots. Sides may differ.
    """

    images: np.ndarray
    sources: np.ndarray | None = None
    truth: np.ndarray | None = None

    def take(self, rows: np.ndarray) -> "Kind":
        """Some rows, in ascending order, as mapped files like them read."""
        chosen = {name: part[rows] for name, part in vars(self).items() if part is not None}
        return replace(self, **chosen)


@dataclass(frozen=True)
class Judges:
    """The fixed networks that look at images, in eval mode and float32 on `device`."""

    lite0: EfficientNetLite0
    face: DlibFaceNet
    device: torch.device

    @classmethod
    def load(cls, lite0: Path, face: Path, device: torch.device) -> "Judges":
        """From the safetensors files of `efficientnet-lite0` and `dlib-face`."""
        return cls(
            ready(EfficientNetLite0(), lite0, device), ready(DlibFaceNet(), face, device), device
        )

    @torch.inference_mode()
    def features(self, images: Tensor, lite0_px: int = LITE0_PX) -> np.ndarray:
        """(N, 1, S, S) uint8 => (N, 1280) float64."""
        parts = [self.lite0.features(batch, lite0_px) for batch in self.batches(images)]
        return torch.cat(parts).double().cpu().numpy()

    @torch.inference_mode()
    def embeddings(self, images: Tensor) -> Tensor:
        """(N, 1, S, S) uint8 aligned crops => (N, 128) float32."""
        eyes = EYE_PLACES * images.shape[-1] - 0.5  # places are from the edge, pixels from centres
        return torch.cat([self.face(chips(batch, eyes)) for batch in self.batches(images)])

    def batches(self, images: Tensor) -> Iterator[Tensor]:
        """Consecutive parts of the images, on the device."""
        size = CPU_BATCH if self.device.type == "cpu" else GPU_BATCH
        return (part.to(self.device) for part in images.split(size))


def ready(network: nn.Module, path: Path, device: torch.device) -> nn.Module:
    """Loads weights and prepares a network for judging; channels last is the faster layout."""
    network.load_state_dict(load_file(path))
    return network.eval().requires_grad_(False).to(device, memory_format=torch.channels_last)


def measure(
    judges: Judges,
    kinds: Mapping[str, Kind],
    real: np.ndarray,
    *,
    count: int,
    side_px: int,
    rng: np.random.Generator,
    lite0_px: int = LITE0_PX,
    floor: bool = True,
) -> list[Row]:
    """Rows {"images", "metric", "value", "n"} of each kind against one half of `real`.

    `real` is (N, S, S, 1 or 3) uint8 NIR that no translator was trained on. At most `count` images
    of each kind are drawn, always as many of each; kinds of the same length get the same rows, and
    equal generators the same half of `real`. `side_px` is the side at which everything enters,
    `lite0_px` the one to which Lite0 enlarges it. `floor` adds the rows of `images = "real"`.
    Raises DataError where there are too few images.
    """
    n = matched_count(count, real, kinds)
    order, seed = rng.permutation(len(real)), rng.integers(2**63)
    first, second = np.sort(order[:n]), np.sort(order[n : 2 * n])
    reference = judges.features(to_luminance(real[first], side_px), lite0_px)
    drawn = {name: kind.take(draw(len(kind.images), n, seed)) for name, kind in kinds.items()}
    if floor:
        drawn["real"] = Kind(real[second])
    return [
        {"images": name, "metric": metric, "value": value, "n": n}
        for name, kind in drawn.items()
        for metric, value in measure_kind(judges, kind, reference, side_px, lite0_px).items()
    ]


class TooFewImages(DataError):
    """So few images that comparing them would tell nothing."""


def matched_count(count: int, real: np.ndarray, kinds: Mapping[str, Kind]) -> int:
    """How many of each can be compared, if `real` also has to fill the other half of the floor."""
    n = min(count, len(real) // 2, *(len(kind.images) for kind in kinds.values()))
    if n <= NEIGHBOURS:
        raise TooFewImages(
            f"image quality: {n} images of each kind, from {len(real)} real NIR ones; at least "
            f"{NEIGHBOURS + 1} and twice as many real ones are needed: hold out more NIR images"
        )
    return n


def draw(length: int, n: int, seed: int) -> np.ndarray:
    """n of `length` row numbers, ascending."""
    return np.sort(np.random.default_rng(seed).permutation(length)[:n])


def measure_kind(
    judges: Judges, kind: Kind, reference: np.ndarray, side_px: int, lite0_px: int
) -> dict[str, float]:
    """Every metric that the kind's images allow, by name."""
    images = to_luminance(kind.images, side_px)
    values = compare(reference, judges.features(images, lite0_px))
    values["detection"] = detection_rate(images[:, 0].numpy())
    if kind.sources is not None:
        seen, source = (judges.embeddings(x) for x in (images, to_luminance(kind.sources, side_px)))
        values["identity"] = float(identity(seen, source).mean())
    if kind.truth is not None:
        truth = to_luminance(kind.truth, side_px)
        values |= {
            "ssim": float(ssim(images, truth).mean()),
            "psnr": float(psnr(images, truth).mean()),
        }
    return values


def compare(real: np.ndarray, fake: np.ndarray) -> dict[str, float]:
    """Metrics of two samples of Lite0 features, (N, 1280) each."""
    precision, recall = precision_recall(real, fake, NEIGHBOURS)
    density, coverage = density_coverage(real, fake, NEIGHBOURS)
    return {
        "fd_lite0": frechet_distance(real, fake),
        "kd_lite0": kernel_distance(real, fake),
        "precision": precision,
        "recall": recall,
        "density": density,
        "coverage": coverage,
    }


def to_luminance(images: np.ndarray, side_px: int) -> Tensor:
    """(N, S, S, 1 or 3) uint8 => (N, 1, side_px, side_px) uint8, filtered when shrinking."""
    # Copied, since mapped files cannot be written to and torch warns about that.
    x = torch.from_numpy(np.array(luminance(images))).permute(0, 3, 1, 2).float()
    if x.shape[2:] != (side_px, side_px):
        x = F.interpolate(x, (side_px, side_px), mode="bilinear", antialias=True)
    return x.round().clamp(0, 255).to(torch.uint8)
