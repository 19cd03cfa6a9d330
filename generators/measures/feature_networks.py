"""Holds the feature networks that measure images; nothing here trains them.

Every image enters as luminance at one side, so that neither colour nor resolution decides.
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
from faces.networks.judging import batch_size, grey, ready

# Lite0 was trained at 224 px. At 128 px it costs a third on a CPU, and crops of 64 to 112 px, all
# enlarged, hold no more. Distances taken at different sides are not comparable.
LITE0_PX = 128
TAPS = (0, 2, 4, 10)  # blocks of Lite0 before each halving: 1/2, 1/4, 1/8, 1/16 of the side


@dataclass(frozen=True)
class FeatureNetworks:
    """The networks in eval mode and float32 on `device`.

    dlib's landmark file and FID's network are None where they are not there. `recognizer` is the
    recognizer whose training the fakes are for, before that training: (N, 1, S, S) uint8 -> (N, D)
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
        predictor: Path | None = None,
        inception: Path | None = None,
        recognizer: Callable[[Tensor], np.ndarray] | None = None,
    ) -> "FeatureNetworks":
        """From the files of the weights called efficientnet-lite0, dlib-face, dlib-landmarks-5 and
        fid-inception.
        """
        return cls(
            ready(EfficientNetLite0(), load_file(lite0), device),
            ready(DlibFaceNet(), load_file(face), device),
            device,
            predictor,
            ready(FidInception(), load_file(inception), device) if inception else None,
            recognizer,
        )

    def features(self, images: Tensor, lite0_px: int = LITE0_PX) -> np.ndarray:
        """(N, 1, S, S) uint8 -> (N, 1280) float32, of Lite0."""
        return self.joined(lambda batch: self.lite0.features(batch, lite0_px), images)

    def embeddings(self, images: Tensor) -> np.ndarray:
        """(N, 1, S, S) uint8 aligned crops -> (N, 128) float32, of dlib's face network."""
        return self.joined(lambda batch: self.face(aligned_chips(batch)), images)

    def inception_features(self, images: Tensor) -> np.ndarray:
        """(N, 1, S, S) uint8 -> (N, 2048) float32, those of FID and KID."""
        assert self.inception is not None
        return self.joined(self.inception, images)

    @torch.inference_mode()
    @full_float32()
    def feature_gaps(self, a: Tensor, b: Tensor) -> np.ndarray:
        """(N, 1, S, S) uint8 pairs -> (N,) float64 distances of Lite0's maps, at their own side.

        Maps of unit length at every place, squared differences averaged over places, then over
        four depths: Zhang et al. 2018 (arXiv 1801.03924), equation 1, all channels counting alike.
        """
        parts = []
        for x, y in zip(self.batches(a), self.batches(b), strict=True):
            maps = zip(_lite0_maps(self.lite0, x), _lite0_maps(self.lite0, y), strict=True)
            gaps = [(F.normalize(p) - F.normalize(q)).square().sum(1).mean((1, 2)) for p, q in maps]
            parts.append(torch.stack(gaps).mean(0))
        return torch.cat(parts).double().cpu().numpy()

    @torch.inference_mode()
    @full_float32()
    def joined(self, network: Callable[[Tensor], Tensor], images: Tensor) -> np.ndarray:
        """Gives what a network gives for (N, C, S, S) images, batch by batch: N rows, float32."""
        return torch.cat([network(batch) for batch in self.batches(images)]).float().cpu().numpy()

    def batches(self, images: Tensor) -> Iterator[Tensor]:
        """Yields consecutive parts of (N, C, S, S) images, on the device."""
        return (part.to(self.device) for part in images.split(batch_size(self.device)))


def _lite0_maps(network: EfficientNetLite0, images: Tensor) -> list[Tensor]:
    """(N, 1, S, S) uint8 -> the maps of Lite0 before each halving, at the images' own side."""
    maps: list[Tensor] = []
    blocks = cast(nn.ModuleList, network.get_submodule("_blocks"))
    hooks = [blocks[i].register_forward_hook(lambda *seen: maps.append(seen[2])) for i in TAPS]
    network.features(images, images.shape[-1])
    for hook in hooks:
        hook.remove()
    return maps


def to_luminance(images: np.ndarray, side_px: int) -> Tensor:
    """(N, S, S, 1 or 3) uint8 -> (N, 1, side_px, side_px) uint8, filtered when shrinking."""
    x = grey(images).float()
    if x.shape[2:] != (side_px, side_px):
        x = F.interpolate(x, (side_px, side_px), mode="bilinear", antialias=True)
    return x.round().clamp(0, 255).to(torch.uint8)
