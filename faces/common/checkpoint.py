"""Saves and loads checkpoints of a training; the last two are kept.

So nothing is lost if the process is killed while saving. A state is a nested dict of tensors,
numbers and strings; it is read with `weights_only=True`, so a checkpoint can never run code.
"""

import pickle
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import torch

from faces.common.disk_faults import ANOTHER_OUT, fault_of
from faces.common.errors import StageError
from faces.common.files import written_aside

KEEP = 2


def save(folder: Path, step: int, state: dict[str, Any]) -> None:
    """Write `checkpoint-<step>.pt` aside, rename it, and delete all but the newest two."""
    folder.mkdir(parents=True, exist_ok=True)
    with written_aside(folder / f"checkpoint-{step:08d}.pt") as aside:
        torch.save(state, aside)
    for old in _newest_first(folder)[KEEP:]:
        old.unlink()


def load_newest(folder: Path) -> dict[str, Any] | None:
    """Return the newest sound checkpoint, on the CPU, or None where there is none.

    Raises StageError where one may not be read, since another person's training would be lost.
    """
    for path in _newest_first(folder):
        try:
            return torch.load(path, map_location="cpu", weights_only=True)
        except PermissionError as error:
            raise StageError(f"{path}: {fault_of(error, ANOTHER_OUT)}") from error
        except (OSError, RuntimeError, EOFError, BadZipFile, pickle.UnpicklingError):
            continue
    return None


def _newest_first(folder: Path) -> list[Path]:
    """Return the checkpoints in a folder, the highest step first."""
    return sorted(folder.glob("checkpoint-*.pt"), reverse=True)


def delete_all(folder: Path) -> None:
    """Delete all checkpoints, once the final weights have been written."""
    for path in _newest_first(folder):
        path.unlink()
