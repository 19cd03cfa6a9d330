"""Aligns photographs in several processes and writes packed folders of the crops.

No image is dropped: an image in which no face was found keeps its row, with a black crop and
`found` = False, so that scoring can count it as a miss.

A worker holds one photograph at a time, in at most 16 bytes per pixel (10 of RGB, 16 where there
is transparency) beside its file. PIXELS_AT_ONCE bounds the pixels of all workers together: where
photographs are so large that they would hold more, fewer workers start.
"""

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import as_completed
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from faces import packed
from faces.align import align_face
from faces.common.files import write_text
from faces.common.parallel import process_pool
from faces.common.progress import Progress
from faces.eye_finder import EyeFinder, Found
from faces.sources import EYE_COLUMNS, PackedFolder, Part, Photograph, Photographs

ROWS_PER_TASK = 32
PIXELS_AT_ONCE = 200_000_000  # in all workers; four photographs of 50 megapixels in 3.2 GB
SEVERAL = "several_faces.csv"
PAIRED = ("NIR-true", "NIR-clean")  # rows are parallel to VIS and cropped by the eyes found there
ATTEMPTS = ("shipped", "first", "upsampled", "none")


def align_folder(
    photographs: Path,
    out: Path,
    predictor: Path,
    *,
    side_px: int,
    workers: int,
    progress: Progress,
) -> None:
    """Align the packed folders VIS, NIR and PAIRED below `photographs`, as far as they exist.

    Writes what `align_all` writes, and packed folders of the paired renderings. The arguments are
    those of `align_all`.
    """
    folders = {name: PackedFolder(photographs / name) for name in ("VIS", "NIR")}
    present = {name: folder for name, folder in folders.items() if folder.folder.exists()}
    tables = align_all(present, out, predictor, side_px=side_px, workers=workers, progress=progress)
    for name in PAIRED:
        if (photographs / name).exists():
            _align_pairs(photographs / name, out / name, tables["VIS"], side_px)


def align_all(
    spectra: Mapping[str, Photographs],
    out: Path,
    predictor: Path,
    *,
    side_px: int,
    workers: int,
    progress: Progress,
) -> dict[str, pd.DataFrame]:
    """Align the photographs of each spectrum; return the index of each with what was found.

    Writes a packed folder of each name under `out`, `failures.csv` (the images without a face),
    `several_faces.csv` (those in which the search found several, and how many, if there are any)
    and `detection.json` (per spectrum: how many images there are, and by which attempt their eyes
    were found). predictor: dlib's landmark file. side_px: of the crops. workers: the number of
    processes at most. progress receives images done and in all.
    """
    tables, done = {}, 0
    indices = {name: photographs.index for name, photographs in spectra.items()}
    total = sum(len(index) for index in indices.values())
    with process_pool(workers_for(spectra.values(), workers)) as pool:
        for name, photographs in spectra.items():
            index = indices[name]
            packed.create(out / name, index, side_px, photographs.channels)
            chunks = np.array_split(np.arange(len(index)), max(1, len(index) // ROWS_PER_TASK))
            tasks = [
                pool.submit(
                    _align_part, photographs.part(rows.tolist()), out / name, predictor, side_px
                )
                for rows in chunks
            ]
            parts = []
            for task in as_completed(tasks):
                parts.append(task.result())
                done += len(parts[-1])
                progress(done, total, {})
            tables[name] = _write_index(out / name, index, parts)
    _write_failures(out, tables)
    _write_several(out, tables)
    return tables


def workers_for(spectra: Iterable[Photographs], workers: int) -> int:
    """Return how many workers may hold the largest photograph at once: `workers`, or fewer."""
    largest = max((photographs.most_pixels for photographs in spectra), default=1)
    return max(1, min(workers, PIXELS_AT_ONCE // largest))


def _align_part(part: Part, target: Path, predictor: Path, side_px: int) -> pd.DataFrame:
    """Write the crops of a part, in a worker process; return a table of the eyes found."""
    crops = packed.open_for_writing(target)

    def line(photograph: Photograph) -> tuple:
        found = _eyes(_finder(predictor), photograph)
        eyes = np.full((2, 2), np.nan) if found.eyes is None else found.eyes
        if found.eyes is not None:
            crops[photograph.row] = align_face(photograph.pixels, found.eyes, side_px)
        row = (photograph.row, found.eyes is not None, found.attempt)
        return *row, *np.round(eyes.ravel(), 2), found.faces

    lines = list(map(line, part))  # a loop's variable would hold one more photograph
    crops.flush()
    return pd.DataFrame(lines, columns=["row", "found", "attempt", *EYE_COLUMNS, "faces"])


def _eyes(finder: EyeFinder, photograph: Photograph) -> Found:
    """Return the eye positions that the data set ships, or else those that are found."""
    if photograph.eyes is not None:
        return Found(photograph.eyes, "shipped")
    return finder.find(photograph.pixels)


@lru_cache(maxsize=1)
def _finder(predictor: Path) -> EyeFinder:
    """Load the finder; it is cached."""
    return EyeFinder(predictor)


def _write_index(folder: Path, index: pd.DataFrame, parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Write the index with the results of all parts as further columns; return it with `faces`."""
    found = pd.concat(parts).sort_values("row", ignore_index=True).drop(columns="row")
    table = pd.concat([index, found], axis=1)
    packed.write_table(folder / "index.csv", table.drop(columns="faces"))
    return table


def _align_pairs(source: Path, target: Path, vis: pd.DataFrame, side_px: int) -> None:
    """Crop paired renderings by the eyes of the VIS table's rows; writes a packed folder."""
    images = packed.read(source)
    crops = packed.create(target, images.index, side_px, images.images.shape[3])
    for row, line in vis[vis["found"]].iterrows():
        eyes = np.array([line[name] for name in EYE_COLUMNS], float).reshape(2, 2)
        crops[row] = align_face(np.asarray(images.images[row]), eyes, side_px)
    crops.flush()
    packed.write_table(target / "index.csv", images.index.assign(found=vis["found"]))


def _write_failures(out: Path, tables: dict[str, pd.DataFrame]) -> None:
    """Write failures.csv and detection.json."""
    counts = {
        name: {"images": len(table)}
        | {attempt: int((table["attempt"] == attempt).sum()) for attempt in ATTEMPTS}
        for name, table in tables.items()
    }
    missed = pd.concat([table[~table["found"]] for table in tables.values()])
    packed.write_table(out / "failures.csv", missed[_names(missed)])
    write_text(out / "detection.json", json.dumps(counts, indent=2))


def _write_several(out: Path, tables: dict[str, pd.DataFrame]) -> None:
    """Write several_faces.csv, if there is an image with several faces."""
    several = pd.concat([table[table["faces"] > 1] for table in tables.values()])
    if len(several):
        packed.write_table(out / SEVERAL, several[[*_names(several), "faces"]])


def _names(table: pd.DataFrame) -> list[str]:
    """Return the columns of a table that name its images."""
    return [name for name in ("subject", "spectrum", "shot", "source") if name in table]
