"""Reads and checks the data set of a run before anything is planned.

The result is kept in the run's folder: `manifest.csv`, `refused.csv` and `dataset.json`. From these
files a report is drawn again without the data set.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from bench.settings.run_settings import RunSettings
from faces import layouts, packed
from faces.common.disk_faults import reading
from faces.common.errors import UsageError
from faces.common.files import write_text
from faces.common.progress import Progress, silent
from faces.manifest import COLUMNS, REFUSED_COLUMNS, Manifest
from faces.protocols import Assignment, Protocol, Request

MANIFEST, REFUSED, NOTES_AND_LISTS = "manifest.csv", "refused.csv", "dataset.json"


@dataclass(frozen=True)
class DataSet:
    """A data set; `lists` holds a digest of each protocol's lists, by protocol and fold."""

    manifest: Manifest
    lists: dict[str, str]


def read(settings: RunSettings, cache: Path, progress: Progress = silent) -> DataSet | None:
    """Read the data set that the settings name, and try every protocol on it.

    Returns None for rendered people. Raises DataError for a folder or lists that cannot be used.
    """
    data = settings.data
    if not data.on_disk:
        return None
    manifest = layouts.read(
        data.name, Path(data.path), cache, workers=settings.workers, progress=progress
    )
    lists = {}
    for fold in settings.folds:
        for protocol in settings.chosen_protocols:
            tried = try_protocol(manifest, protocol, request_of(settings, protocol, fold))
            if protocol.needs_lists:
                lists[list_name(protocol, fold)] = _digest(tried)
    return DataSet(manifest, lists)


def list_name(protocol: Protocol, fold: int | None) -> str:
    """Return the key of a protocol's lists in DataSet.lists."""
    return protocol.name if fold is None else f"{protocol.name} fold {fold}"


def _digest(tried: Assignment) -> str:
    text = tried.parts.to_csv(index=False) + tried.unresolved.to_csv(index=False)
    return hashlib.sha256(text.encode()).hexdigest()


def try_protocol(manifest: Manifest, protocol: Protocol, request: Request) -> Assignment:
    """Return the protocol's assignment as if every face were found. Raises its DataError."""
    images = manifest.images.assign(found=True)
    images["row"] = images.groupby("spectrum").cumcount()
    return protocol.assign(images, manifest.root, request)


def request_of(settings: RunSettings, protocol: Protocol, fold: int | None) -> Request:
    """Return the request of the settings; for a protocol with lists, only what may be missing."""
    if protocol.needs_lists:
        lists = settings.lists if protocol.own_lists else None
        return Request(fold, 0, {}, 0, settings.allow_missing, lists)
    data = settings.data
    held_out = {"VIS": data.held_out_vis, "NIR": data.held_out_nir}
    return Request(fold, data.unseen_subjects, held_out, data.split_seed)


def keep(data: DataSet | None, folder: Path) -> None:
    """Write the data set's tables into the run's folder; without a data set, delete older ones."""
    if data is None:
        for name in (MANIFEST, REFUSED, NOTES_AND_LISTS):
            (folder / name).unlink(missing_ok=True)
        return
    manifest = data.manifest
    packed.write_table(folder / MANIFEST, manifest.images)
    packed.write_table(folder / REFUSED, manifest.refused)
    others = {"notes": manifest.notes, "lists": data.lists}
    write_text(folder / NOTES_AND_LISTS, json.dumps(others, indent=1))


def kept(settings: RunSettings, folder: Path) -> DataSet | None:
    """Read what `keep` wrote. Raises UsageError where a file is missing, damaged or unreadable."""
    if not settings.data.on_disk:
        return None
    try:
        with reading(folder, UsageError):
            others = json.loads((folder / NOTES_AND_LISTS).read_text(encoding="utf-8"))
            images = packed.read_table(folder / MANIFEST)[COLUMNS]
            refused = packed.read_table(folder / REFUSED)[REFUSED_COLUMNS]
        notes, lists = tuple(others["notes"]), dict(others["lists"])
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(
            f"{folder}: {MANIFEST}, {REFUSED} or {NOTES_AND_LISTS} is missing or damaged; "
            "run `bench run-all` with the same options first"
        ) from None
    data = settings.data
    manifest = Manifest(data.name, Path(data.path), images, refused, notes)
    return DataSet(manifest, lists)
