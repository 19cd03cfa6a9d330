"""Loads the fixed networks that translators can need, by the names of their weights."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn

from bench import weights
from faces.common.errors import UsageError
from faces.networks import vgg16
from faces.networks.dlib_resnet import DlibFaceNet
from faces.networks.efficientnet_lite0 import EfficientNetLite0
from faces.networks.fid_inception import FidInception


@dataclass(frozen=True)
class FixedNetwork:
    """The functions that make a network: with the weights of a file, or random ones for timing."""

    from_file: Callable[[Path], nn.Module]
    untrained: Callable[[], nn.Module]


def load(name: str, cache: Path) -> nn.Module:
    """Return the network with its weights. Raises as `require` and as `weights.ensure`."""
    return require(name).from_file(weights.ensure(name, cache))


def require(name: str) -> FixedNetwork:
    """Return the row of a name. Raises UsageError where translators cannot use such a network."""
    if name not in TABLE:
        raise UsageError(
            f"fixed network {name!r}: translators cannot use it; they can use {', '.join(TABLE)}"
        )
    return TABLE[name]


def _with_state_dict(build: Callable[[], nn.Module]) -> FixedNetwork:
    """Return the row of a network whose file holds its state dict."""

    def from_file(path: Path) -> nn.Module:
        network = build()
        network.load_state_dict(load_file(path))
        return network.eval()

    return FixedNetwork(from_file, build)


def _untrained_vgg16() -> vgg16.Vgg16Taps:
    widths = [3, *(width for block in vgg16.BLOCKS for width in block)]
    names = [name for block in vgg16.layer_names() for name in block]
    state = {}
    for name, before, after in zip(names, widths[:-1], widths[1:], strict=True):
        state[f"{name}.weight"] = torch.randn(after, before, 3, 3) * (2 / (9 * before)) ** 0.5
        state[f"{name}.bias"] = torch.zeros(after)
    return vgg16.Vgg16Taps(state, "imagenet")


VGG16 = FixedNetwork(vgg16.Vgg16Taps.from_file, _untrained_vgg16)
TABLE = {
    "vgg16-hed": VGG16,
    "vgg16-imagenet": VGG16,
    "dlib-face": _with_state_dict(DlibFaceNet),
    "efficientnet-lite0": _with_state_dict(EfficientNetLite0),
    "fid-inception": _with_state_dict(FidInception),
}
