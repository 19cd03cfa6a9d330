"""Writes losses.csv, the named terms of a training, and stops where one is not finite."""

import csv
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from faces.common.errors import StageError, TamperedError


class Journal:
    """The terms of each step, collected on the device; their means are written to a file.

    A row holds the means of `every_steps` steps, or of the last ones. The device is read once per
    row, since reading every step's terms would stall a GPU. `training_name` is used in errors.
    """

    def __init__(self, path: Path, every_steps: int, steps: int, training_name: str):
        self.path = path
        self.every_steps = every_steps
        self.steps = steps
        self.training_name = training_name
        self.names: list[str] = []
        self.pending: list[Tensor] = []
        self.latest: dict[str, float] = {}

    def start(self) -> None:
        """Empty the file."""
        self.path.write_text("", encoding="utf-8")

    def add(self, step: int, terms: dict[str, Tensor]) -> None:
        """Record the terms, () of any float dtype, of a step, counted from 1; write a row if due.

        Raises StageError where a term of the row is not finite.
        """
        self.names = list(terms)
        self.pending.append(torch.stack([term.detach().float() for term in terms.values()]))
        if step % self.every_steps == 0 or step == self.steps:
            self.write_row(step)

    def write_row(self, step: int) -> None:
        """Append the means since the last row. Raises StageError where a term is not finite."""
        self.require_finite(step)
        means = torch.stack(self.pending).mean(0).tolist()
        self.pending = []
        self.latest = dict(zip(self.names, means, strict=True))
        with self.path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            if file.tell() == 0:
                writer.writerow(["step", *self.names])
            writer.writerow([step, *(f"{mean:.9g}" for mean in means)])

    def require_finite(self, step: int) -> None:
        """Raise StageError if a term since the last row is not finite, with its step and name."""
        if not self.pending:
            return
        bad = (~torch.stack(self.pending).isfinite()).nonzero()
        if len(bad):
            row, column = bad[0].tolist()
            first = step - len(self.pending) + 1 + row
            raise StageError(
                f"{self.training_name}: {self.names[column]} is not finite at step {first}; "
                "the last good checkpoint was kept; lower generator.learning_rate or use float32",
                step=int(first),
            )

    def state_dict(self) -> dict[str, Any]:
        """Return the terms not yet written, the last row, and how long the file is."""
        return {
            "names": self.names,
            "pending": [term.cpu() for term in self.pending],
            "latest": self.latest,
            "bytes": self.path.stat().st_size,
        }

    def load_state_dict(self, state: dict[str, Any], device: torch.device | str) -> None:
        """Restore a state of `state_dict`, and cut the file to the length that it had then.

        Raises TamperedError where the file is shorter than that.
        """
        self.names, self.latest = state["names"], state["latest"]
        self.pending = [term.to(device) for term in state["pending"]]
        if not self.path.is_file() or self.path.stat().st_size < state["bytes"]:
            raise TamperedError(f"{self.path}: shorter than its checkpoint says; delete the folder")
        with self.path.open("r+b") as file:
            file.truncate(state["bytes"])
