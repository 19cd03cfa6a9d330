"""Reads data sets on disk. A layout is a module in this folder that defines `LAYOUT`.

from faces import layouts
layouts.names()                       # ["buaa", "casia", "folders", "lamp_hq", "oulu"]
layouts.read("casia", root, cache, workers=4)   # => faces.manifest.Manifest

Installed packages add layouts by entry points of the group `nirbench.layouts`. An entry point has
the name of its layout and refers to a `Layout`. To test reading, `faces.testbed.layouts` has a
writer for each layout, which writes rendered people in it.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from faces import twins
from faces.common.disk_faults import reading
from faces.common.errors import DataError
from faces.common.progress import Progress, silent
from faces.common.registry import Registry
from faces.layouts.eye_files import eye_files, unused_note
from faces.layouts.layout import Layout, Place
from faces.layouts.placement import duplicate_shots, files_of, place_images
from faces.layouts.tree import Tree, sort_key, walk
from faces.manifest import (
    COLUMNS,
    REFUSED_COLUMNS,
    Checked,
    Manifest,
    check_files,
    stored_path,
)

NO_EYES = (float("nan"),) * 4


LAYOUTS: Registry[Layout] = Registry(
    "layout", __name__, __path__, "LAYOUT", group="nirbench.layouts"
)


def names() -> list[str]:
    """Return the layouts' names in alphabetical order."""
    return LAYOUTS.names()


def get(name: str) -> Layout:
    """Return the layout of that name. Raises UsageError with the nearest name if there is none."""
    return LAYOUTS.get(name)


def read(
    name: str, root: Path, cache: Path, *, workers: int, progress: Progress = silent
) -> Manifest:
    """Find and decode every image below `root`.

    cache: the folder of stored results; files that have not changed since are not decoded again.
    workers: the number of processes. progress receives files done and in all. Raises DataError
    where the folder is missing or cannot be read, or has no image that fits the layout and can be.
    """
    layout = get(name)
    _require_folder(root, layout)
    tree = walk(root)
    places, misfits = place_images(layout, root, tree)
    refused = tree.refused | misfits
    if not places:
        raise DataError(_nothing_fits(layout, root, refused))
    eyes = eye_files(tree, places)
    files = files_of(places, tree, eyes)
    stored = stored_path(cache, root, name)
    checked, fault = check_files(root, files, stored, workers=workers, progress=progress)
    refused |= {source: checked[source].reason for source in places if checked[source].reason}
    refused |= duplicate_shots(places, checked)
    images = {source: place for source, place in places.items() if source not in refused}
    if not images:
        raise DataError(_nothing_fits(layout, root, refused))
    faulty_eyes = {
        source: checked[source].eyes_fault for source in places if checked[source].eyes_fault
    }
    notes = [*_notes(tree, places, misfits, faulty_eyes), *unused_note(tree, eyes.values())]
    if fault:
        notes.append(f"the images will be read anew each time: {fault}")
    table = _images(images, checked)
    notes += twins.notes_on(table)
    return Manifest(name, root, table, _refused(refused), tuple(notes), faulty_eyes)


def _require_folder(root: Path, layout: Layout) -> None:
    """Raise DataError where there is no such folder, or it cannot be read."""
    try:
        with reading(root, DataError):
            os.scandir(root).close()
    except (OSError, ValueError):
        raise DataError(
            f"{root}: no such folder; give the one that holds {layout.expected}"
        ) from None


def _nothing_fits(layout: Layout, root: Path, refused: Mapping[str, str]) -> str:
    wanted = f"the layout {layout.name} is {layout.expected}"
    if not refused:
        return f"{root}: no image in this folder; {wanted}"
    first = min(refused, key=sort_key)
    return (
        f"{root}: none of {len(refused):,} files is an image that fits; {wanted}; "
        f"the first is {first}: {refused[first]}"
    )


def _images(places: Mapping[str, Place], checked: Mapping[str, Checked]) -> pd.DataFrame:
    rows = []
    for source, place in places.items():
        found = checked[source]
        who = (source, place.subject, place.spectrum, place.session, place.shot)
        size = (found.width_px, found.height_px)
        rows.append((*who, *size, found.sha256, *(found.eyes or NO_EYES)))
    return pd.DataFrame(rows, columns=COLUMNS)


def _refused(refused: Mapping[str, str]) -> pd.DataFrame:
    rows = [(source, refused[source]) for source in sorted(refused, key=sort_key)]
    return pd.DataFrame(rows, columns=REFUSED_COLUMNS)


def _notes(
    tree: Tree,
    places: Mapping[str, Place],
    misfits: Mapping[str, str],
    faulty_eyes: Mapping[str, str],
) -> list[str]:
    """Return messages on images and files of eye positions that are not used, without refusal."""
    notes = []
    if unread := len(tree.images) - len(places) - len(misfits):
        notes.append(f"{unread:,} images of another rendition are not read")
    if faulty_eyes:
        first, fault = next(iter(faulty_eyes.items()))
        notes.append(
            f"{len(faulty_eyes):,} files of eye positions are not usable; the first belongs to "
            f"{first}: {fault}"
        )
    return notes
