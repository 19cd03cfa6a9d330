"""Writes a tree of image files person by person, with several processes.

Every file follows from its own numbers, so neither workers nor interruptions can change a byte.
Each finished person has a marker in `.testbed/done`; the protocol lists are written last. The
folder `.testbed` is kept, so that a repeated call finds that all is done.
"""

import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import as_completed
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

import faces.testbed.layouts as layouts
import faces.testbed.mess as mess
from faces.common.disk_faults import ANOTHER_FOLDER, require_readable
from faces.common.errors import StageError, UsageError
from faces.common.files import write_text
from faces.common.parallel import process_pool
from faces.common.progress import Progress, silent
from faces.synthetic.person import make_person
from faces.synthetic.streams import stream
from faces.testbed.images import encode, eye_file, photograph
from faces.testbed.photo import IMAGE, Photo
from faces.testbed.request import Request

RECORD_FOLDER = ".testbed"
FIRST_POPULATION = 1_000_000  # runs render people of populations below it
TRUTH_COLUMNS = ["source", "subject", "spectrum", "session", "shot", "state"]


def write(
    out: Path,
    layout: str,
    subjects: int,
    *,
    vis_per_subject: tuple[int, int] = (1, 8),
    nir_per_subject: tuple[int, int] = (5, 15),
    images: int | None = None,
    side_px: int = 240,
    mess: bool = False,
    seed: int = 0,
    workers: int = 1,
    progress: Progress = silent,
) -> pd.DataFrame:
    """Write a data set of rendered people below `out`; return the table of its files.

    vis_per_subject, nir_per_subject: the fewest and the most images of a person. images: the number
    of all images. side_px: of the rendered square, which some layouts widen. mess: whether broken
    and odd files are added. workers: the number of processes. progress receives images done and in
    all.

    The result has one row per image or broken file, sorted by source: source (path below `out`;
    bytes that are not UTF-8 as \\xff), subject, spectrum, session and shot as in the layout, and
    state: "image" or one of `mess.SPECIMEN_KINDS`. Raises UsageError where a number is impossible
    or `out` holds anything else, StageError where a file cannot be written. What was finished
    before a failure is kept.
    """
    request = Request(
        layout=layout,
        subjects=subjects,
        vis_per_subject=vis_per_subject,
        nir_per_subject=nir_per_subject,
        images=images,
        side_px=side_px,
        mess=mess,
        seed=seed,
    )
    request.check()
    if workers < 1:
        raise UsageError(f"workers is {workers}; give at least 1")
    photos, files = _plan(request)
    if not _prepare(out, request):
        _write_all(out, request, photos, files, workers=workers, progress=progress)
    progress(len(photos), len(photos), {})
    return _truth(photos)


def _plan(request: Request) -> tuple[list[Photo], dict[str, bytes]]:
    """Return the photos, sorted by person, and the further files (path => bytes)."""
    layout = layouts.get(request.layout)
    photos = [
        layout.place(person, spectrum, number)
        for person, counts in enumerate(request.counts())
        for spectrum, count in zip(("VIS", "NIR"), counts, strict=True)
        for number in range(count)
    ]
    on_disk, listed, extra = photos, photos, []
    if request.mess:
        on_disk, listed = mess.vary_suffixes(photos)
        extra = mess.specimens(layout, photos)
    files = layout.lists(listed, stream("testbed lists", request.seed))
    return sorted(on_disk + extra, key=lambda photo: photo.person), files


def _truth(photos: list[Photo]) -> pd.DataFrame:
    """Return the table of photos, sorted by source ignoring case."""
    rows = [(_shown(p.source), p.subject, p.spectrum, p.session, p.shot, p.state) for p in photos]
    rows.sort(key=lambda row: (row[0].casefold(), row[0]))
    return pd.DataFrame(rows, columns=TRUTH_COLUMNS)


def _shown(source: str) -> str:
    """Return a path as text that can be printed: bytes that are not UTF-8 as \\xff."""
    return os.fsencode(source).decode("utf-8", "backslashreplace")


def _prepare(out: Path, request: Request) -> bool:
    """Make the folder unless an earlier call did; return True if that call also finished."""
    folder, text = out / RECORD_FOLDER, json.dumps(asdict(request), indent=1)
    record = folder / "request.json"
    try:
        require_readable(record, UsageError, ANOTHER_FOLDER)
        if record.exists():
            if record.read_text(encoding="utf-8") != text:
                raise UsageError(f"{out} holds other rendered people; delete it or choose another")
            return not (folder / "done").exists()
        if out.exists() and any(item.name != RECORD_FOLDER for item in out.iterdir()):
            raise UsageError(f"{out} is not empty; choose a new folder")
        (folder / "done").mkdir(parents=True, exist_ok=True)
        write_text(record, text)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror})") from None
    return False


def _write_all(
    out: Path,
    request: Request,
    photos: list[Photo],
    files: dict[str, bytes],
    *,
    workers: int,
    progress: Progress,
) -> None:
    albums = [list(album) for _, album in groupby(photos, key=lambda photo: photo.person)]
    left = [album for album in albums if not _marker(out, album).exists()]
    finished = len(photos) - sum(map(len, left))
    try:
        for album in _written(out, request, left, workers):
            finished += len(album)
            progress(finished, len(photos), {})
        _write_files(out, files)
    except OSError as error:
        raise StageError(
            f"{error.filename or out}: cannot be written ({error.strerror}); what is finished is "
            "kept: mend that and run it again"
        ) from error
    shutil.rmtree(out / RECORD_FOLDER / "done")


def _write_files(out: Path, files: dict[str, bytes]) -> None:
    for path, data in files.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(data)


def _marker(out: Path, album: list[Photo]) -> Path:
    return out / RECORD_FOLDER / "done" / f"{album[0].person:05d}"


def _written(out: Path, request: Request, albums, workers: int) -> Iterator[list[Photo]]:
    """Write the photos person by person; yield those of each finished person, in any order."""
    if workers == 1 or len(albums) <= 1:
        for album in albums:
            yield _write_album(out, request, album)
        return
    with process_pool(min(workers, len(albums))) as pool:
        tasks = [pool.submit(_write_album, out, request, album) for album in albums]
        for task in as_completed(tasks):
            yield task.result()


def _write_album(out: Path, request: Request, album: list[Photo]) -> list[Photo]:
    """Write the photos of one person, then the marker; return the photos."""
    person = make_person(FIRST_POPULATION + request.seed, album[0].person, request.side_px)
    aspect = layouts.get(request.layout).aspect
    for photo in album:
        path, face, eyes = out / photo.source, None, None
        if photo.state == IMAGE or mess.SPECIMEN_KINDS[photo.state].face:
            face, eyes = photograph(person, photo, request.side_px, aspect)
        _write_photo(path, photo, face, eyes)
    _marker(out, album).touch()
    return album


def _write_photo(
    path: Path, photo: Photo, face: np.ndarray | None, eyes: np.ndarray | None
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink() or path.is_file():  # left by an interrupted call, perhaps not writable
        path.unlink()
    if photo.state != IMAGE:
        mess.write(path, photo.state, face)
        return
    assert face is not None
    assert eyes is not None
    path.write_bytes(encode(Image.fromarray(face.squeeze()), path.suffix))
    if photo.eye_order:
        path.with_suffix(".pos").write_bytes(eye_file(eyes, photo.eye_order))
