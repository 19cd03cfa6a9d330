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
    return _of_module(efficientnet_lite0.EfficientNetLite0())


def dlib_face() -> Shapes:
    return _of_module(dlib_resnet.DlibFaceNet())


def vgg16_convolutions() -> Shapes:
    """Gives all thirteen 3x3 convolutions, under torchvision's names."""
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
    return {name: tuple(tensor.shape) for name, tensor in state.items()}


def read_checkpoint(path: Path) -> dict[str, Tensor]:
    """Gives a checkpoint that is one state dict; `weights_only`, so that it runs no code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd files torch warns before it refuses them
        state = torch.load(path, map_location="cpu", weights_only=True)
    return {name: values.contiguous().clone() for name, values in state.items()}


def compare(found: Shapes, wanted: Shapes) -> str:
    """How the found names and shapes differ from the wanted ones, in words; "" if not at all."""
    missing = sorted(name for name in wanted.keys() - found.keys() if not name.endswith(UNUSED))
    unknown = sorted(found.keys() - wanted.keys())
    misshapen = [
        f"{name} {found[name]} for {wanted[name]}"
        for name in sorted(found.keys() & wanted.keys())
        if found[name] != wanted[name]
    ]
    kinds = {"lacks": missing, "adds": unknown, "misshapes": misshapen}
    return "; ".join(f"{kind} {first_few(names, NAMED)}" for kind, names in kinds.items() if names)


def check(state: Mapping[str, Tensor], wanted: Shapes) -> None:
    """Raises TamperedError saying how a state differs from a network's own."""
    if difference := compare(shapes(state), wanted):
        raise TamperedError(difference)
