"""Holds the feature networks that measure images; they are never trained.

All images are converted to luminance at one side, so that neither colour nor resolution matters.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from faces.common.compute import full_float32
from faces.networks.dlib_resnet import DlibFaceNet, aligned_chips
from faces.networks.efficientnet_lite0 import EfficientNetLite0
from faces.networks.fid_inception import FidInception
from faces.networks.inference import batch_size, load_frozen, luminance_batch

# Lite0 was trained at 224 px. At 128 px it takes a third of the time on a CPU, and crops of 64 to
# 112 px have no more detail. Distances at different sides are not comparable.
LITE0_PX = 128
TAPS = (0, 2, 4, 10)  # blocks of Lite0 before each halving: 1/2, 1/4, 1/8, 1/16 of the side


@dataclass(frozen=True)
class FeatureNetworks:
    """The networks in eval mode and float32 on `device`.

    dlib's landmark file and FID's network are None where they are not available. `recognizer` is
    the run's recognizer before it is fine-tuned: (N, 1, S, S) uint8 => (N, D)
    float32 embeddings.
    """

    lite0: EfficientNetLite0
    face: DlibFaceNet
    device: torch.device
    predictor: Path | None = None
    inception: FidInception | None = None
    recognizer: Callable[[Tensor], np.ndarray] | None = None

    @classmethod
    def load(
        cls,
        lite0: Path,
        face: Path,
        device: torch.device,
        *,
        predictor: Path | None = None,
        inception: Path | None = None,
        recognizer: Callable[[Tensor], np.ndarray] | None = None,
    ) -> "FeatureNetworks":
        """Load the networks from their files of weights.

        By the names of `bench list weights`: efficientnet-lite0, dlib-face, dlib-landmarks-5 and
        fid-inception.
        """
        return cls(
            load_frozen(EfficientNetLite0(), load_file(lite0), device),
            load_frozen(DlibFaceNet(), load_file(face), device),
            device,
            predictor,
            load_frozen(FidInception(), load_file(inception), device) if inception else None,
            recognizer,
        )

    def features(self, images: Tensor, lite0_px: int = LITE0_PX) -> np.ndarray:
        """Return features of Lite0: (N, 1, S, S) uint8 => (N, 1280) float32."""
        return self.joined(lambda batch: self.lite0.features(batch, lite0_px), images)

    def embeddings(self, images: Tensor) -> np.ndarray:
        """Return embeddings of dlib's face network: (N, 1, S, S) uint8 => (N, 128) float32.

        The images are aligned crops.
        """
        return self.joined(lambda batch: self.face(aligned_chips(batch)), images)

    def inception_features(self, images: Tensor) -> np.ndarray:
        """Return the features of FID and KID: (N, 1, S, S) uint8 => (N, 2048) float32."""
        assert self.inception is not None
        return self.joined(self.inception, images)

    @torch.inference_mode()
    @full_float32()
    def feature_distances(self, a: Tensor, b: Tensor) -> np.ndarray:
        """Return distances of Lite0's feature maps: two of (N, 1, S, S) uint8 => (N,) float64.

        The maps have unit length at every place; squared differences are averaged over places, then
        over four depths: Zhang et al. 2018 (arXiv 1801.03924), equation 1, with equal weights of
        the channels. Images are not resized.
        """
        parts = []
        for x, y in zip(self.batches(a), self.batches(b), strict=True):
            maps = zip(_lite0_maps(self.lite0, x), _lite0_maps(self.lite0, y), strict=True)
            by_depth = [
                (F.normalize(p) - F.normalize(q)).square().sum(1).mean((1, 2)) for p, q in maps
            ]
            parts.append(torch.stack(by_depth).mean(0))
        return torch.cat(parts).double().cpu().numpy()

    @torch.inference_mode()
    @full_float32()
    def joined(self, network: Callable[[Tensor], Tensor], images: Tensor) -> np.ndarray:
        """Apply a network batch by batch: (N, C, S, S) => N rows of its output, float32."""
        return torch.cat([network(batch) for batch in self.batches(images)]).float().cpu().numpy()

    def batches(self, images: Tensor) -> Iterator[Tensor]:
        """Yield consecutive parts of (N, C, S, S) images, on the device."""
        return (part.to(self.device) for part in images.split(batch_size(self.device)))


def _lite0_maps(network: EfficientNetLite0, images: Tensor) -> list[Tensor]:
    """Return the maps of Lite0 before each halving: (N, 1, S, S) uint8 => 4 of NCHW float32."""
    maps: list[Tensor] = []
    blocks = cast(nn.ModuleList, network.get_submodule("_blocks"))
    hooks = [blocks[i].register_forward_hook(lambda *call: maps.append(call[2])) for i in TAPS]
    network.features(images, images.shape[-1])
    for hook in hooks:
        hook.remove()
    return maps


def to_luminance(images: np.ndarray, side_px: int) -> Tensor:
    """Convert images to luminance and resize them, with antialiasing.

    (N, S, S, 1 or 3) uint8 => (N, 1, side_px, side_px) uint8.
    """
    x = luminance_batch(images).float()
    if x.shape[2:] != (side_px, side_px):
        x = F.interpolate(x, (side_px, side_px), mode="bilinear", antialias=True)
    return x.round().clamp(0, 255).to(torch.uint8)
