"""Keeps finished stages. A stage is a function of its settings and its inputs' folders.

Each stage has one folder, named by a hash of all that may change its bytes: its name, version,
settings and inputs' keys. It is filled as `<folder>.partial` and renamed when complete, so a folder
that exists is complete. A killed training goes on from the checkpoints in `.partial`.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from bench.running.versions import version_of
from faces.common.disk_faults import ANOTHER_OUT, reading
from faces.common.errors import StageError, TamperedError
from faces.common.files import give_mode, mode_of, sha256, sync, write_text
from faces.common.locks import locked
from faces.common.progress import Progress

RECORD = "stage.json"
S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True)
class Machine:
    """The machine that runs a stage; no part of its key."""

    device: str
    workers: int
    cache: Path
    side_by_side: int = 1  # stages at once
    description: str = ""  # the device in words, kept in the records


@dataclass(frozen=True)
class Job(Generic[S]):
    """The argument of a stage's function: settings, the folder to fill, and its inputs' folders."""

    settings: S
    out: Path
    inputs: Mapping[str, Path]
    machine: Machine
    progress: Progress


@dataclass(frozen=True)
class Stage:
    """One node of the graph. `run` can be imported, so that worker processes can call it.

    Raises TypeError for a `run` that is not marked with `@stage`, since it has no version.
    """

    name: str
    run: Callable[[Job[Any]], None]
    settings: BaseModel
    inputs: Mapping[str, "Stage"] = field(default_factory=dict)
    wide: bool = False  # uses all workers itself, so it runs alone
    effort: float = 1.0  # expected seconds on one core: for the order and the time left

    def __post_init__(self) -> None:
        version_of(self.run)

    @property
    def version(self) -> int:
        """Return the version of the function, which is written beside it (`running.versions`)."""
        return version_of(self.run)

    @cached_property
    def key(self) -> str:
        """Twelve hexadecimal digits: a hash of everything on which this stage's bytes depend."""
        identity = [
            self.name.split(":")[0],
            self.version,
            self.settings.model_dump(mode="json"),
            {role: stage.key for role, stage in sorted(self.inputs.items())},
        ]
        return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:12]

    def folder(self, store: Path) -> Path:
        """Return the folder of the finished stage in a store."""
        return store / f"{self.name.replace(':', '-')}-{self.key}"


def is_done(stage: Stage, store: Path) -> bool:
    """Tell whether the stage was finished.

    Raises TamperedError, which names the file, if one is missing or has another size than then, and
    StageError if one cannot be read.
    """
    folder = stage.folder(store)
    with reading(folder, StageError, ANOTHER_OUT):
        if not folder.exists():
            return False
        for name, (size, _) in read_record(folder)["files"].items():
            if not (folder / name).is_file() or (folder / name).stat().st_size != size:
                raise TamperedError(
                    f"{folder / name}: missing or changed; delete {folder} and rerun"
                )
        return True


def _verify(folder: Path) -> None:
    """Check every byte of a finished stage against its record.

    Raises TamperedError, or StageError if a file cannot be read.
    """
    with reading(folder, StageError, ANOTHER_OUT):
        for name, (_, digest) in read_record(folder)["files"].items():
            if not (folder / name).is_file() or sha256(folder / name) != digest:
                raise TamperedError(f"{folder / name}: fails its check; delete {folder} and rerun")


def read_record(folder: Path) -> dict:
    """Return the record in a finished stage's folder.

    Raises TamperedError if it is missing or damaged, StageError if it cannot be read.
    """
    try:
        with reading(folder / RECORD, StageError, ANOTHER_OUT):
            return json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TamperedError(
            f"{folder / RECORD}: missing or damaged; delete {folder} and rerun"
        ) from error


def materialize(stage: Stage, store: Path, machine: Machine, progress: Progress) -> float:
    """Run one stage unless another process has just finished it; return the seconds it took.

    Its inputs must exist. Raises TamperedError where their bytes have changed.
    """
    done = stage.folder(store)
    partial = done.with_name(done.name + ".partial")
    store.mkdir(parents=True, exist_ok=True)
    with locked(store / f".{done.name}.lock", ANOTHER_OUT):
        if is_done(stage, store):
            return 0.0
        inputs = {role: source.folder(store) for role, source in stage.inputs.items()}
        for folder in inputs.values():
            _verify(folder)
        partial.mkdir(exist_ok=True)
        started = time.monotonic()
        stage.run(Job(stage.settings, partial, inputs, machine, progress))
        seconds = time.monotonic() - started
        _finish(stage, partial, done, inputs=inputs, seconds=seconds, machine=machine)
    return seconds


def _finish(
    stage: Stage,
    partial: Path,
    done: Path,
    *,
    inputs: Mapping[str, Path],
    seconds: float,
    machine: Machine,
) -> None:
    """Write the record of a stage into its partial folder, then rename the folder."""
    for leftover in partial.rglob(".*.aside"):  # of writers that were killed
        leftover.unlink()
    files = sorted(path for path in partial.rglob("*") if path.is_file() and path.name != RECORD)
    record = {
        "name": stage.name,
        "key": stage.key,
        "version": stage.version,
        "settings": stage.settings.model_dump(mode="json"),
        "inputs": {role: folder.name for role, folder in inputs.items()},
        "seconds": round(seconds, 3),
        "device": machine.description,
        "files": {
            str(path.relative_to(partial)): [path.stat().st_size, sha256(path)] for path in files
        },
    }
    for path in files:
        sync(path)
    write_text(partial / RECORD, json.dumps(record, indent=1))
    for path in files:  # some libraries make files that only we can read
        give_mode(path, mode_of(partial / RECORD))
    partial.rename(done)
    sync(done.parent)
