"""Compares a network's weights, every name and shape, before anything uses them."""

import warnings
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from faces.common.errors import TamperedError
from faces.common.evenly_spaced import first_few
from faces.networks import dlib_resnet, efficientnet_lite0, vgg16

NAMED = 3
UNUSED = "num_batches_tracked"  # of BatchNorm: older checkpoints lack it, and nothing reads it
Shapes = dict[str, tuple[int, ...]]


def efficientnet() -> Shapes:
    """Return the names and shapes of EfficientNet-Lite0's weights."""
    return _of_module(efficientnet_lite0.EfficientNetLite0())


def dlib_face() -> Shapes:
    """Return the names and shapes of the weights of dlib's face network."""
    return _of_module(dlib_resnet.DlibFaceNet())


def vgg16_convolutions() -> Shapes:
    """Return the shapes of VGG16's thirteen 3x3 convolutions, under torchvision's names."""
    found: Shapes = {}
    inputs = 3
    for widths, names in zip(vgg16.BLOCKS, vgg16.layer_names(), strict=True):
        for width, name in zip(widths, names, strict=True):
            found |= {f"{name}.weight": (width, inputs, 3, 3), f"{name}.bias": (width,)}
            inputs = width
    return found


def _of_module(module: nn.Module) -> Shapes:
    return shapes(module.state_dict())


def shapes(state: Mapping[str, Tensor]) -> Shapes:
    """Return the names and shapes of a state dict."""
    return {name: tuple(tensor.shape) for name, tensor in state.items()}


def read_checkpoint(path: Path) -> dict[str, Tensor]:
    """Read a checkpoint that is one state dict; `weights_only`, so that it runs no code.

    Raises an error of torch, pickle or the file system for any other file.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd files torch warns before it refuses them
        state = torch.load(path, map_location="cpu", weights_only=True)
    return {name: values.contiguous().clone() for name, values in state.items()}


def compare(found: Shapes, wanted: Shapes) -> str:
    """Describe how the found names and shapes differ from the wanted ones; "" if they do not."""
    missing = sorted(name for name in wanted.keys() - found.keys() if not name.endswith(UNUSED))
    unknown = sorted(found.keys() - wanted.keys())
    misshapen = [
        f"{name} {found[name]} for {wanted[name]}"
        for name in sorted(found.keys() & wanted.keys())
        if found[name] != wanted[name]
    ]
    differences = {"lacks": missing, "adds": unknown, "misshapes": misshapen}
    return "; ".join(
        f"{verb} {first_few(names, NAMED)}" for verb, names in differences.items() if names
    )


def check(state: Mapping[str, Tensor], wanted: Shapes) -> None:
    """Raise TamperedError if names or shapes of a state differ from the wanted ones."""
    if difference := compare(shapes(state), wanted):
        raise TamperedError(difference)
