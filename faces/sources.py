"""Reads photographs from a packed folder (rendered people) or from the files of a data set.

Both give a table of images and hand out parts of it, small enough to be sent to a worker process,
which then reads the pixels itself.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd

from faces import packed
from faces.common.errors import DataError
from faces.luminance import luminance
from faces.photographs import Refused, decode, read_bytes

EYE_COLUMNS = ["left_x", "left_y", "right_x", "right_y"]
CHANNELS = {"VIS": 3, "NIR": 1}


class Photograph(NamedTuple):
    """One image: its row, HWC uint8 pixels, and shipped eye positions (2, 2) x, y, or None."""

    row: int
    pixels: np.ndarray
    eyes: np.ndarray | None


class Part(Protocol):
    """Some photographs, read while they are iterated over."""

    def __iter__(self) -> Iterator[Photograph]: ...


class Photographs(Protocol):
    """All photographs of one spectrum."""

    @property
    def index(self) -> pd.DataFrame:
        """Gives one row per photograph, without columns on eyes."""

    @property
    def channels(self) -> int:
        """1 or 3, the same for all."""

    def part(self, rows: Sequence[int]) -> Part:
        """Some rows, for one task of a worker."""


@dataclass(frozen=True)
class PackedPart:
    """Rows of a packed folder."""

    folder: Path
    rows: tuple[int, ...]

    def __iter__(self) -> Iterator[Photograph]:
        images = packed.read(self.folder).images
        for row in self.rows:
            yield Photograph(row, np.asarray(images[row]), None)


@dataclass(frozen=True)
class PackedFolder:
    """Photographs in a packed folder, as the renderer writes them."""

    folder: Path

    @property
    def index(self) -> pd.DataFrame:
        return packed.read(self.folder).index

    @property
    def channels(self) -> int:
        return packed.read(self.folder).images.shape[3]

    def part(self, rows: Sequence[int]) -> PackedPart:
        return PackedPart(self.folder, tuple(int(row) for row in rows))


@dataclass(frozen=True)
class FilePart:
    """Some lines of a manifest, with their `row`."""

    root: Path
    lines: pd.DataFrame
    channels: int

    def __iter__(self) -> Iterator[Photograph]:
        for line in self.lines.to_dict("records"):
            eyes = np.array([line[name] for name in EYE_COLUMNS], np.float32).reshape(2, 2)
            shipped = eyes if np.isfinite(eyes).all() else None
            yield Photograph(line["row"], self._pixels(line), shipped)

    def _pixels(self, line: dict) -> np.ndarray:
        pixels = read_checked(self.root, line["source"], line["sha256"])
        return in_channels(pixels, self.channels)


@dataclass(frozen=True)
class Files:
    """The images of one spectrum of a data set on disk; `images` as faces.manifest has them."""

    root: Path
    images: pd.DataFrame
    spectrum: str

    @cached_property
    def lines(self) -> pd.DataFrame:
        """Gives the manifest's lines of this spectrum, numbered from 0."""
        return self.images[self.images["spectrum"] == self.spectrum].reset_index(drop=True)

    @property
    def index(self) -> pd.DataFrame:
        return self.lines.drop(columns=EYE_COLUMNS)

    @property
    def channels(self) -> int:
        return CHANNELS[self.spectrum]

    def part(self, rows: Sequence[int]) -> FilePart:
        return FilePart(self.root, self.lines.iloc[list(rows)].assign(row=rows), self.channels)


def read_checked(root: Path, source: str, sha256: str) -> np.ndarray:
    """Gives the pixels of a file that must still be the one in the manifest. Raises DataError."""
    try:
        data = read_bytes(root / source)
        if hashlib.sha256(data).hexdigest() == sha256:
            return decode(data)
        what = "it has changed"
    except Refused as error:
        what = error.reason
    raise DataError(f"{root / source}: {what} since the data set was read; run the command again")


def in_channels(pixels: np.ndarray, channels: int) -> np.ndarray:
    """Converts HWC uint8, C 1 or 3, to `channels` channels: to luminance, or grey repeated."""
    if channels == 1:
        return luminance(pixels)
    return np.repeat(pixels, channels // pixels.shape[2], axis=2)
