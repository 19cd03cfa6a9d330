"""Translates a few fixed training images during a training, into a packed folder."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from faces import packed
from faces.common.evenly_spaced import evenly
from generators.fakes import grey_fakes

COUNT = 6


class Samples:
    """A packed folder whose rows are filled step by step; rows of later steps are black.

    `images` (N, C, S, S) uint8 are the VIS training images, `index` their table; the fixed ones
    are spread evenly over them. The folder holds one 1-channel image per fixed image and step, its
    index `subject`, `spectrum`, `shot`, `source` (row of the VIS table) and `step`.
    """

    def __init__(self, folder: Path, images: Tensor, index: pd.DataFrame, steps: list[int]):
        self.folder = folder
        rows = evenly(len(images), COUNT)
        self.inputs = images[torch.from_numpy(rows)]
        self.steps = steps
        self.table = _sample_table(index.iloc[rows], rows, steps)

    def start(self) -> None:
        """Create the folder with all rows black."""
        packed.create(self.folder, self.table, self.inputs.shape[-1], channels=1)

    def take(self, step: int, network: nn.Module) -> None:
        """Write the rows of this step, if it is one of the steps sampled."""
        if step not in self.steps:
            return
        first = self.steps.index(step) * len(self.inputs)
        stored = packed.open_for_writing(self.folder)
        training = network.training
        stored[first : first + len(self.inputs)] = grey_fakes(network.eval(), self.inputs)
        network.train(training)
        stored.flush()


def _sample_table(chosen: pd.DataFrame, rows: np.ndarray, steps: list[int]) -> pd.DataFrame:
    """Return one row per step and fixed image, step by step."""
    of_step = pd.DataFrame(
        {
            "subject": chosen["subject"].to_numpy(),
            "spectrum": "NIR",
            "shot": chosen["shot"].to_numpy(),
            "source": [str(row) for row in rows],
        }
    )
    return pd.concat([of_step.assign(step=step) for step in steps], ignore_index=True)


def sampled_steps(steps: int, every: int) -> list[int]:
    """Return the multiples of `every` up to `steps`, and `steps` itself."""
    return sorted({*range(every, steps + 1, every), steps})
