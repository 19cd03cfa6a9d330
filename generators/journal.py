"""Writes losses.csv, the named terms of a training, and stops where one is not finite."""

import csv
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from faces.common.errors import StageError, TamperedError


class Journal:
    """Collects each step's terms on the device; writes their means now and then, and at the end.

    One transfer per row: reading every step's terms would stall a GPU. `what` names the training
    in errors.
    """

    def __init__(self, path: Path, every_steps: int, steps: int, what: str):
        self.path = path
        self.every_steps = every_steps
        self.steps = steps
        self.what = what
        self.names: list[str] = []
        self.pending: list[Tensor] = []
        self.latest: dict[str, float] = {}

    def start(self) -> None:
        """Empties the file."""
        self.path.write_text("", encoding="utf-8")

    def add(self, step: int, terms: dict[str, Tensor]) -> None:
        """Notes the terms of step number `step` (counted from 1); writes a row when it is due."""
        self.names = list(terms)
        self.pending.append(torch.stack([term.detach().float() for term in terms.values()]))
        if step % self.every_steps == 0 or step == self.steps:
            self.write_row(step)

    def write_row(self, step: int) -> None:
        """Appends the means since the last row. Raises StageError where a term is not finite."""
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
        """Raises StageError naming the first step and term since the last row not to be finite."""
        if not self.pending:
            return
        bad = (~torch.stack(self.pending).isfinite()).nonzero()
        if len(bad):
            row, column = bad[0].tolist()
            first = step - len(self.pending) + 1 + row
            raise StageError(
                f"{self.what}: {self.names[column]} is not finite at step {first}; "
                "the last good checkpoint was kept; lower generator.learning_rate or use float32",
                step=int(first),
            )

    def state_dict(self) -> dict[str, Any]:
        """Gives the terms not yet written, the last row, and how long the file is."""
        return {
            "names": self.names,
            "pending": [term.cpu() for term in self.pending],
            "latest": self.latest,
            "bytes": self.path.stat().st_size,
        }

    def load_state_dict(self, state: dict[str, Any], device: torch.device | str) -> None:
        """Restores a state written by `state_dict`, and cuts the file to the length it had then."""
        self.names, self.latest = state["names"], state["latest"]
        self.pending = [term.to(device) for term in state["pending"]]
        if not self.path.is_file() or self.path.stat().st_size < state["bytes"]:
            raise TamperedError(f"{self.path}: shorter than its checkpoint says; delete the folder")
        with self.path.open("r+b") as file:
            file.truncate(state["bytes"])
