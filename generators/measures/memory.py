"""Stores the outputs of feature networks by the bytes of the images.

All variants are compared with the same real images and the same sources; the first measurement
stores the outputs, and later ones reuse them. A stored output is the same to the byte as a new one.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file
from torch import Tensor

from faces.common.files import written_aside


class Memory:
    """Stored outputs by network and images: arrays with one row per image."""

    def __init__(self, known: dict[str, np.ndarray] | None = None) -> None:
        self.answers = dict(known or {})

    @classmethod
    def load(cls, path: Path) -> "Memory":
        """Load a memory that `save` wrote."""
        return cls(load_file(path))

    def save(self, path: Path) -> None:
        """Write all outputs as one safetensors file; the same outputs give the same bytes."""
        answers = {key: np.ascontiguousarray(self.answers[key]) for key in self.answers}
        with written_aside(path) as aside:
            save_file(answers, aside)

    def ask(self, name: str, network: Callable[[Tensor], np.ndarray], images: Tensor) -> np.ndarray:
        """Return a network's output for (N, C, H, W) uint8 images, from memory if it is stored.

        `name` identifies the network and its settings.
        """
        shape = "x".join(map(str, images.shape))
        digest = hashlib.sha256(images.contiguous().numpy().tobytes()).hexdigest()[:24]
        key = f"{name}:{shape}:{digest}"
        if key not in self.answers:
            self.answers[key] = network(images)
        return self.answers[key]
