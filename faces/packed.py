"""Reads and writes packed folders: images in one uint8 array, with a table beside it.

A packed folder holds `images.npy`, (N, height, width, channels) uint8, and `index.csv` with one row
per image: `subject`, `spectrum` ("VIS" or "NIR"), `shot` (all text), and further columns that its
writer chooses. The array is mapped into memory when read, so that no image has to be decoded.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from faces.common import tables
from faces.common.disk_faults import reading
from faces.common.errors import DataError, TamperedError
from faces.common.files import write_text

# The columns that are not text, in every table that one package writes and another reads.
KINDS = {
    **dict.fromkeys(("found", "generator"), "truth"),
    **dict.fromkeys(("row", "step", "width_px", "height_px", "n", "faces"), "whole"),
    **dict.fromkeys(("left_x", "left_y", "right_x", "right_y"), "number"),
    **dict.fromkeys(("value", "as_impostor", "genuine", "impostor", "x", "y"), "number"),
    **dict.fromkeys(("ci_low", "ci_high", "distance", "allowed"), "number"),
}


@dataclass(frozen=True)
class Packed:
    """The content of a packed folder.

    images: (N, H, W, C) uint8, read-only. index: N rows in the same order.
    """

    images: np.ndarray
    index: pd.DataFrame


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table without its row labels; `read_table` returns the same cells."""
    write_text(path, tables.csv_of(table))


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV file: KINDS tells the columns that are not text.

    Raises OSError or ValueError where it is no such file.
    """
    return tables.read(path, KINDS)


def read_numbers(path: Path) -> pd.DataFrame:
    """Read a CSV file of numbers alone, float64 but for KINDS. Raises what `read_table` does."""
    return tables.read(path, KINDS, otherwise="number")


def create(folder: Path, index: pd.DataFrame, side_px: int, channels: int) -> np.memmap:
    """Make a packed folder of black images; return its images, mapped and writable.

    => (len(index), side_px, side_px, channels) uint8, all 0.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_table(folder / "index.csv", index)
    shape = (len(index), side_px, side_px, channels)
    return np.lib.format.open_memmap(folder / "images.npy", "w+", np.uint8, shape)


def open_for_writing(folder: Path) -> np.memmap:
    """Map the images of an existing packed folder for writing: => (N, H, W, C) uint8."""
    return np.lib.format.open_memmap(folder / "images.npy", "r+")


def write(folder: Path, images: np.ndarray, index: pd.DataFrame) -> None:
    """Write a packed folder of images, (N, H, W, C) uint8, and their index of N rows.

    Raises AssertionError where the two do not fit together.
    """
    assert images.dtype == np.uint8
    assert images.ndim == 4
    assert len(images) == len(index)
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "images.npy", images)
    write_table(folder / "index.csv", index)


def read(folder: Path) -> Packed:
    """Map a packed folder into memory.

    Raises DataError if a file cannot be read, TamperedError if one is missing or damaged or if
    array and table do not fit together.
    """
    try:
        with reading(folder, DataError):
            images = np.load(folder / "images.npy", mmap_mode="r")
            index = read_table(folder / "index.csv")
    except (OSError, ValueError) as error:
        raise TamperedError(f"{folder}: not a readable packed folder; delete it") from error
    if len(images) != len(index) or images.dtype != np.uint8:
        raise TamperedError(f"{folder}: images.npy and index.csv disagree; delete the folder")
    return Packed(images, index)
