"""Prepares feature networks and images for inference, batch by batch.

Run the networks within `faces.common.compute.full_float32`, so that a result does not depend on the
size of its batch.
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
    """Return how many images are given to a network at once."""
    return CPU_BATCH if device.type == "cpu" else GPU_BATCH


def load_frozen(network: Network, state: Mapping[str, Tensor], device: torch.device) -> Network:
    """Load weights into a network; return it frozen, in eval mode and in channels-last layout.

    Raises RuntimeError where names or shapes of the weights are not the network's.
    """
    network.load_state_dict(state)
    frozen = network.eval().requires_grad_(False).to(device)
    return frozen.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # no stub


def luminance_batch(images: np.ndarray) -> Tensor:
    """Return the luminance of images: (N, S, S, 1 or 3) uint8 => (N, 1, S, S) uint8 in 0..255."""
    # Copied, since mapped files cannot be written to and torch warns about that.
    return torch.from_numpy(np.array(luminance(images))).permute(0, 3, 1, 2)
