"""Prepares fixed networks and images, so that images can be measured batch by batch.

In evaluation mode, batch by batch. Ask within `faces.common.compute.full_float32`, so that an
answer does not depend on how many images are asked about together.
"""

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from faces.luminance import luminance

CPU_BATCH, GPU_BATCH = 8, 64  # on a CPU larger batches leave the cache and are slower

Network = TypeVar("Network", bound=nn.Module)


def batch_size(device: torch.device) -> int:
    """Gives how many images a network is asked about at once."""
    return CPU_BATCH if device.type == "cpu" else GPU_BATCH


def ready(network: Network, state: Mapping[str, Tensor], device: torch.device) -> Network:
    """Gives the network with these weights, frozen; channels last is the faster layout."""
    network.load_state_dict(state)
    ready = network.eval().requires_grad_(False).to(device)
    return ready.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # no stub


def grey(images: np.ndarray) -> Tensor:
    """(N, S, S, 1 or 3) uint8 -> (N, 1, S, S) uint8 luminance."""
    # Copied, since mapped files cannot be written to and torch warns about that.
    return torch.from_numpy(np.array(luminance(images))).permute(0, 3, 1, 2)
