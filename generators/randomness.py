"""Makes the independent random streams of a training from its seed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch


def _stream_seed(seed: int, stream: int) -> int:
    """Return the seed of one of the independent random streams of a training."""
    bits = np.random.SeedSequence((seed, stream)).generate_state(1, np.uint64)[0]
    return int(bits >> 1)  # torch takes 63 bits


def seeded(seed: int, stream: int) -> torch.Generator:
    """Return a CPU generator for one of the streams."""
    return torch.Generator().manual_seed(_stream_seed(seed, stream))


@contextmanager
def seeded_torch(seed: int, stream: int, device: torch.device) -> Iterator[None]:
    """Seed torch's global random numbers, such as those of dropout, from a stream, as a context.

    Afterwards their state is as before.
    """
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        torch.manual_seed(_stream_seed(seed, stream))
        yield


def torch_state(device: torch.device) -> dict[str, Any]:
    """Return the state of torch's global random numbers, on the CPU and on the device."""
    state = {"cpu": torch.get_rng_state()}
    return state | ({"cuda": torch.cuda.get_rng_state(device)} if device.type == "cuda" else {})


def load_torch_state(state: dict[str, Any], device: torch.device) -> None:
    """Restore a state of `torch_state` from the same type of device."""
    torch.set_rng_state(state["cpu"])
    if device.type == "cuda":
        torch.cuda.set_rng_state(state["cuda"], device)
