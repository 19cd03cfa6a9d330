"""A folder of packed photographs becomes a folder of packed aligned crops, in parallel.

Nothing is dropped: an image in which no face was found keeps its row, as a black crop with
`found` = False, so that whoever scores it can count it as a miss.
"""

import json
from collections.abc import Sequence
from concurrent.futures import as_completed
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from faces import packed
from faces.align import EyeFinder, align_face
from faces.files import write_text
from faces.parallel import process_pool
from faces.progress import Progress

ROWS_PER_TASK = 32
PAIRED = ("NIR-true", "NIR-clean")  # row by row the shots of VIS: cropped by the eyes found there


def align_folder(
    photographs: Path, out: Path, predictor: Path, side_px: int, workers: int, progress: Progress
) -> None:
    """Aligns `photographs`/VIS, /NIR and the paired NIR renderings, as far as they exist.

    Writes packed folders of the same names under `out`, `failures.csv` (the images without a
    face) and `detection.json` (per spectrum: images, found at first, found enlarged, not found).
    """
    tables = {}
    sizes = {
        name: len(packed.read(photographs / name).index)
        for name in ("VIS", "NIR")
        if (photographs / name).exists()
    }
    done = 0
    with process_pool(workers) as pool:
        for name, size in sizes.items():
            images = packed.read(photographs / name)
            packed.create(out / name, images.index, side_px, images.images.shape[3])
            tasks = [
                pool.submit(_align_rows, photographs / name, out / name, predictor, side_px, rows)
                for rows in np.array_split(np.arange(size), max(1, size // ROWS_PER_TASK))
            ]
            parts = []
            for task in as_completed(tasks):
                parts.append(task.result())
                done += len(parts[-1])
                progress(done, sum(sizes.values()), {})
            tables[name] = _write_index(out / name, images.index, parts)
    for name in PAIRED:
        if (photographs / name).exists():
            _align_pairs(photographs / name, out / name, tables["VIS"], side_px)
    _write_failures(out, tables)


def _align_rows(
    source: Path, target: Path, predictor: Path, side_px: int, rows: Sequence[int]
) -> pd.DataFrame:
    """Runs in a worker: fills the crops of `rows`; returns what was found in each."""
    finder = _finder(predictor)
    images, crops = packed.read(source).images, packed.open_for_writing(target)
    lines = []
    for row in rows:
        found = finder.find(np.asarray(images[row]))
        eyes = np.full((2, 2), np.nan) if found.eyes is None else found.eyes
        if found.eyes is not None:
            crops[row] = align_face(np.asarray(images[row]), found.eyes, side_px)
        lines.append((row, found.eyes is not None, found.attempt, *np.round(eyes.ravel(), 2)))
    crops.flush()
    names = ["row", "found", "attempt", "left_x", "left_y", "right_x", "right_y"]
    return pd.DataFrame(lines, columns=names)


@lru_cache(maxsize=1)
def _finder(predictor: Path) -> EyeFinder:
    return EyeFinder(predictor)


def _write_index(folder: Path, index: pd.DataFrame, parts: list[pd.DataFrame]) -> pd.DataFrame:
    found = pd.concat(parts).sort_values("row", ignore_index=True).drop(columns="row")
    table = pd.concat([index, found], axis=1)
    table.to_csv(folder / "index.csv", index=False)
    return table


def _align_pairs(source: Path, target: Path, vis: pd.DataFrame, side_px: int) -> None:
    images = packed.read(source)
    crops = packed.create(target, images.index, side_px, images.images.shape[3])
    for row, line in vis[vis["found"]].iterrows():
        eyes = np.array([[line["left_x"], line["left_y"]], [line["right_x"], line["right_y"]]])
        crops[row] = align_face(np.asarray(images.images[row]), eyes, side_px)
    crops.flush()
    images.index.assign(found=vis["found"]).to_csv(target / "index.csv", index=False)


def _write_failures(out: Path, tables: dict[str, pd.DataFrame]) -> None:
    counts = {
        name: {
            "images": len(table),
            **{attempt: int((table["attempt"] == attempt).sum())
               for attempt in ("first", "upsampled", "none")},
        }
        for name, table in tables.items()
    }  # fmt: skip
    missed = pd.concat([table[~table["found"]] for table in tables.values()])
    missed[["subject", "spectrum", "shot"]].to_csv(out / "failures.csv", index=False)
    write_text(out / "detection.json", json.dumps(counts, indent=2))
