"""Computes embeddings and class logits of images, in evaluation mode and float32.

Results do not depend on the batch size. BatchNorm is folded into the convolutions and images are in
channels_last order, which makes the same function 1.5 times as fast on a CPU.
"""

import copy
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from faces.common.compute import full_float32
from faces.common.progress import Progress, silent
from recognizer.images import prepare, to_input
from recognizer.network import EMBEDDING, Recognizer
from recognizer.settings import Colour


@dataclass(frozen=True)
class Embedded:
    """`embeddings` (N, 512) float32 of unit length; `logits` (N, classes) float32."""

    embeddings: np.ndarray
    logits: np.ndarray


def embed(
    network: Recognizer,
    images: np.ndarray,
    side_px: int,
    colour: Colour,
    *,
    device: torch.device,
    batch: int = 64,
    progress: Progress = silent,
) -> Embedded:
    """Embed aligned crops: (N, S, S, 1 or 3) uint8 => N embeddings and logits, in their order."""
    folded = fold_batch_norm(network).to(device)
    folded = folded.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch lacks it
    embeddings = np.empty((len(images), EMBEDDING), np.float32)
    logits = np.empty((len(images), network.classes), np.float32)
    for start in range(0, len(images), batch):
        rows = slice(start, min(start + batch, len(images)))
        ready = torch.from_numpy(prepare(images[rows], side_px, colour)).to(device)
        embeddings[rows], logits[rows] = _embedded(folded, ready)
        progress(rows.stop, len(images), {})
    return Embedded(embeddings, logits)


@torch.inference_mode()
@full_float32()
def _embedded(network: Recognizer, images: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Embed prepared images: NHWC uint8 => (N, 512) and (N, classes) float32."""
    features = network.features(to_input(images))
    embeddings = nn.functional.normalize(features)
    return embeddings.cpu().numpy(), network.logits(features).cpu().numpy()


def fold_batch_norm(network: Recognizer) -> Recognizer:
    """Return a copy in evaluation mode with each BatchNorm folded into its convolution."""
    folded = copy.deepcopy(network).eval()
    for module in folded.modules():
        conv, norm = getattr(module, "conv", None), getattr(module, "bn", None)
        if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
            module.conv = fuse_conv_bn_eval(conv, norm)
            module.bn = nn.Identity()
    return folded
