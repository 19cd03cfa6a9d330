"""Keeps a pool of earlier fakes for the discriminators (Shrivastava et al. 2017, 2.3)."""

from typing import Any

import torch
from torch import Tensor


class ImagePool:
    """Fakes of earlier steps; a new fake is exchanged for one of them with probability 1/2.

    The first `capacity` fakes are stored and returned unchanged; capacity 0 stores nothing. Fakes
    are CHW tensors of one shape. `generator` is a CPU generator.
    """

    def __init__(self, capacity: int, generator: torch.Generator):
        self.capacity = capacity
        self.generator = generator
        self.images: list[Tensor] = []

    def exchange(self, fakes: Tensor) -> Tensor:
        """Exchange some new fakes for earlier ones: NCHW => the same shape, detached."""
        return torch.stack([self.exchange_one(fake) for fake in fakes.detach()])

    def exchange_one(self, fake: Tensor) -> Tensor:
        """Return one CHW fake, or an earlier one whose place in the pool it takes."""
        if len(self.images) < self.capacity:
            self.images.append(fake.clone())
            return fake
        if self.capacity == 0 or torch.rand((), generator=self.generator) < 0.5:
            return fake
        place = int(torch.randint(self.capacity, (), generator=self.generator))
        earlier, self.images[place] = self.images[place], fake.clone()
        return earlier

    def state_dict(self) -> dict[str, Any]:
        """Return the stored images and the generator's state."""
        return {"images": list(self.images), "generator": self.generator.get_state()}

    def load_state_dict(self, state: dict[str, Any], device: torch.device | str = "cpu") -> None:
        """Restore a state written by `state_dict`, with the images on `device`."""
        self.images = [image.to(device) for image in state["images"]]
        self.generator.set_state(state["generator"])
