"""Lists the images of a data set on disk; decodes each of them once to check it.

Several processes decode the images, and the results are stored in one file per data set in the
cache: an image file of the same size and modification time is not opened again. If the file of
stored results is damaged, all images are read again.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import PIL

from faces.common.errors import DataError
from faces.common.files import write_text
from faces.common.parallel import process_pool
from faces.common.progress import Progress
from faces.common.tables import csv_of
from faces.eye_positions import read_eyes
from faces.photographs import Refused, measure, read_bytes

COLUMNS = ["source", "subject", "spectrum", "session", "shot", "width_px", "height_px", "sha256",
           "left_x", "left_y", "right_x", "right_y"]  # fmt: skip
REFUSED_COLUMNS = ["source", "reason"]

FILES_PER_TASK = 64
TASKS_FOR_A_POOL = 16  # fewer tasks take less time than starting several processes
SETTLED_AFTER_NS = 2 * 10**9  # younger files may change again within one tick of the file system
MOST_AHEAD_NS = 24 * 3600 * 10**9  # of the clock of a disk: no disk in use is a day ahead
READER = f"2 Pillow {PIL.__version__}"  # stored results are valid for this reader only


@dataclass(frozen=True)
class Manifest:
    """The images of a data set, and the files that cannot be used as images.

    images: COLUMNS, one row per readable image. `source` is the path below `root`; `shot` is unique
    within subject and spectrum; eye positions are in pixels, NaN if the data set ships none; the
    left eye is the one further left in the image. refused: REFUSED_COLUMNS. Both tables are sorted
    by source, ignoring case. notes: further messages for the user, one line each. faulty_eyes:
    images beside which eye positions lie that cannot be used, source => why.
    """

    layout: str
    root: Path
    images: pd.DataFrame
    refused: pd.DataFrame
    notes: tuple[str, ...] = ()
    faulty_eyes: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of `images`; it does not depend on `root` or on other files in it."""
        return digest_of(self.images)


def digest_of(images: pd.DataFrame) -> str:
    """Compute the SHA-256, in hexadecimal, of a manifest's images.

    A table that was written to CSV and read back has the same digest.
    """
    return hashlib.sha256(csv_of(images[COLUMNS]).encode()).hexdigest()


class File(NamedTuple):
    """The listing of an image file and of the file with its eye positions, if there is one.

    Sizes are in bytes, modification times in nanoseconds.
    """

    source: str
    size: int
    mtime_ns: int
    eyes: str = ""
    eyes_size: int = 0
    eyes_mtime_ns: int = 0


class Checked(NamedTuple):
    """The result of reading an image file.

    reason: why the file is refused, "" for a good image. eyes: left x, left y, right x, right y in
    pixels, () if none are shipped. eyes_fault: why the eye positions cannot be used. lasting:
    whether reading the same bytes again must give the same result.
    """

    width_px: int
    height_px: int
    sha256: str
    reason: str = ""
    eyes: tuple[float, ...] = ()
    eyes_fault: str = ""
    lasting: bool = True


def check_files(
    root: Path, files: Sequence[File], stored: Path, *, workers: int, progress: Progress
) -> tuple[dict[str, Checked], str]:
    """Decode the files whose results are not in the file `stored`.

    Returns the results by source, and the reason if they could not be stored, else "". progress
    receives files done and in all. What was read before an interruption is stored. Raises DataError
    where a process that reads is killed.
    """
    known = read_stored(stored)
    result = {file.source: known[file] for file in files if file in known}
    todo = [file for file in files if file not in known]
    now_ns = time.time_ns()
    progress(len(result), len(files), {})
    try:
        for part in _read(root, todo, workers):
            result.update(part)
            progress(len(result), len(files), {})
    finally:
        lasting = {
            file: result[file.source]
            for file in files
            if file.source in result
            and result[file.source].lasting
            and all(_settled(*times, now_ns) for times in _times(root, file))
        }
        fault = "" if lasting == known else _write_stored(stored, lasting)
    return result, fault


def _times(root: Path, file: File) -> Iterator[tuple[Path, int]]:
    """Yield the path and modification time of an image, and of its eye positions if there are."""
    yield root / file.source, file.mtime_ns
    if file.eyes:
        yield root / file.eyes, file.eyes_mtime_ns


def _settled(path: Path, mtime_ns: int, now_ns: int) -> bool:
    """Tell whether a file that changes from now on must get another modification time.

    That is not so within the tick of the file system in which it was written. Writing sets the time
    of the last change (ctime) to the disk's clock, as it sets the modification time. So if that is
    earlier than a modification time in the future, somebody set the latter, and writing sets
    another. Otherwise the disk's clock may be ahead of ours, and this be the tick of the writing.
    """
    if mtime_ns < now_ns - SETTLED_AFTER_NS or mtime_ns > now_ns + MOST_AHEAD_NS:
        return True
    try:
        return now_ns < mtime_ns and path.stat().st_ctime_ns < mtime_ns
    except OSError:
        return False


def _read(root: Path, files: list[File], workers: int) -> Iterator[dict[str, Checked]]:
    parts = [files[at : at + FILES_PER_TASK] for at in range(0, len(files), FILES_PER_TASK)]
    if workers == 1 or len(parts) < TASKS_FOR_A_POOL:
        yield from (_check_part(root, part) for part in parts)
        return
    try:
        with process_pool(min(workers, len(parts))) as pool:
            tasks = [pool.submit(_check_part, root, part) for part in parts]
            yield from (task.result() for task in as_completed(tasks))
    except BrokenProcessPool as error:
        raise DataError(
            f"{root}: a process that read its images was killed, perhaps for want of memory; "
            "run it again with fewer workers"
        ) from error


def _check_part(root: Path, files: Sequence[File]) -> dict[str, Checked]:
    """Read some files, in this process."""
    return {file.source: _check(root, file) for file in files}


def _check(root: Path, file: File) -> Checked:
    """Read an image file, and its eye positions if the image is good."""
    sha256 = ""
    try:
        data = read_bytes(root / file.source)
        sha256 = hashlib.sha256(data).hexdigest()
        width_px, height_px = measure(data)
    except Refused as error:
        return Checked(0, 0, sha256, error.reason, lasting=error.lasting)
    if not file.eyes:
        return Checked(width_px, height_px, sha256)
    try:
        eyes, fault = read_eyes(root / file.eyes, width_px, height_px), ""
    except ValueError as error:
        eyes, fault = (), str(error)
    except OSError:
        return Checked(width_px, height_px, sha256, "", (), "cannot be read", lasting=False)
    return Checked(width_px, height_px, sha256, "", eyes, fault)


def stored_path(cache: Path, root: Path, layout: str) -> Path:
    """Return the path of the stored results of a data set's folder read in a layout."""
    key = hashlib.sha256(os.fsencode(root.resolve()) + b"\0" + layout.encode()).hexdigest()
    return cache / "manifests" / f"{key[:32]}.json"


def _write_stored(path: Path, known: dict[File, Checked]) -> str:
    """Write the stored results, a hash and then one row per file; return why that failed, or "".

    Stored results only save time, so a full disk or a cache of another user is not an error.
    """
    text = json.dumps([READER, [[*file, *checked] for file, checked in known.items()]])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}")
    except OSError as error:
        return f"{path} cannot be written: {error.strerror or type(error).__name__}"
    return ""


def read_stored(path: Path) -> dict[File, Checked]:
    """Read the stored results; return {} if they are missing, damaged or of another READER."""
    try:
        digest, _, text = path.read_text(encoding="utf-8").partition("\n")
    except (OSError, ValueError):
        return {}
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        return {}
    reader, rows = json.loads(text)
    if reader != READER:
        return {}
    columns = len(File._fields)
    return {File(*row[:columns]): _checked(row[columns:]) for row in rows}


def _checked(row: list) -> Checked:
    """Make the result from a stored row, in which JSON has turned the tuple into a list."""
    checked = Checked(*row)
    return checked._replace(eyes=tuple(checked.eyes))
