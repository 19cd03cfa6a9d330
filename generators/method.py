"""What a training loop must know of a method, and a registry of a variant: nothing more."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from generators.settings import GeneratorSettings, Spectra

Named = dict[str, Tensor]


class Memory(Protocol):
    """What a method remembers from step to step besides its networks, such as an image pool."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: dict[str, Any], device: torch.device | str) -> None: ...


@dataclass(frozen=True)
class Phase:
    """One optimizer's part of a step.

    `updates` names the networks that its optimizer moves; all others are frozen meanwhile.
    `terms` takes the step's tensors ("vis" and "nir", NCHW float32 in [-1, 1], and what earlier
    phases of the step added), may add its own, and gives the weighted loss terms by name.
    """

    name: str
    updates: tuple[str, ...]
    terms: Callable[[Named], Named]


@dataclass(frozen=True)
class Method:
    """Networks, the phases of a step in their order, and memories that a checkpoint must keep.

    The networks "vis_to_nir" and "nir_to_vis" must be among them: they are the result.
    """

    networks: dict[str, nn.Module]
    phases: tuple[Phase, ...]
    memories: dict[str, Memory] = field(default_factory=dict)


Build = Callable[[GeneratorSettings, torch.Generator, nn.Module | None], Method]


@dataclass(frozen=True)
class Variant:
    """A translator by name.

    `build` takes the settings, a seeded CPU generator for weights and pools, and the perceptual
    network, which maps (N, 3, H, W) RGB in [-1, 1] to a list of feature maps and is None unless
    `needs_features`.
    """

    name: str
    description: str
    equalize: Spectra
    needs_features: bool
    build: Build
