"""Reads photographs from a packed folder (rendered people) or from the files of a data set.

Both give a table of their images, and parts of it that are small enough to be sent to a worker
process, which then reads the pixels itself.
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
from faces.common.bands import in_bands
from faces.common.errors import DataError
from faces.luminance import luminance
from faces.photographs import Refused, decode, read_bytes

EYE_COLUMNS = ["left_x", "left_y", "right_x", "right_y"]
CHANNELS = {"VIS": 3, "NIR": 1}


class Photograph(NamedTuple):
    """One image with its row in the index.

    pixels: (H, W, 1 or 3) uint8. eyes: (2, 2) float32 x, y in pixels, the left eye of the image
    first, as the data set ships them; None if it ships none.
    """

    row: int
    pixels: np.ndarray
    eyes: np.ndarray | None


class Part(Protocol):
    """A part of the photographs of a spectrum; iterating over it reads them."""

    def __iter__(self) -> Iterator[Photograph]: ...


class Photographs(Protocol):
    """The photographs of one spectrum."""

    @property
    def index(self) -> pd.DataFrame:
        """The table of one row per photograph, without eye positions."""

    @property
    def channels(self) -> int:
        """The number of channels of all photographs, 1 or 3."""

    @property
    def most_pixels(self) -> int:
        """The number of pixels of the largest photograph, at least 1."""

    def part(self, rows: Sequence[int]) -> Part:
        """Return the photographs of some rows, for one task of a worker process."""


@dataclass(frozen=True)
class PackedPart:
    """The photographs of some rows of a packed folder."""

    folder: Path
    rows: tuple[int, ...]

    def __iter__(self) -> Iterator[Photograph]:
        images = packed.read(self.folder).images
        for row in self.rows:
            yield Photograph(row, np.asarray(images[row]), None)


@dataclass(frozen=True)
class PackedFolder:
    """The photographs of a packed folder, as the renderer writes it."""

    folder: Path

    @property
    def index(self) -> pd.DataFrame:
        return packed.read(self.folder).index

    @property
    def channels(self) -> int:
        return packed.read(self.folder).images.shape[3]

    @property
    def most_pixels(self) -> int:
        _, height, width, _ = packed.read(self.folder).images.shape
        return height * width

    def part(self, rows: Sequence[int]) -> PackedPart:
        return PackedPart(self.folder, tuple(int(row) for row in rows))


@dataclass(frozen=True)
class FilePart:
    """The photographs of some lines of a manifest; `lines` has the column `row` in addition.

    channels: 1 or 3 for all of them; None: as each file has them.
    """

    root: Path
    lines: pd.DataFrame
    channels: int | None

    def __iter__(self) -> Iterator[Photograph]:
        for line in self.lines.to_dict("records"):
            eyes = np.array([line[name] for name in EYE_COLUMNS], np.float32).reshape(2, 2)
            shipped = eyes if np.isfinite(eyes).all() else None
            yield Photograph(line["row"], self._pixels(line), shipped)

    def _pixels(self, line: dict) -> np.ndarray:
        """Read the checked pixels of a line, (H, W, channels) uint8."""
        pixels = read_checked(self.root, line["source"], line["sha256"])
        return pixels if self.channels is None else in_channels(pixels, self.channels)


@dataclass(frozen=True)
class Files:
    """The photographs of one spectrum of a data set on disk.

    images: the table `images` of faces.manifest.Manifest, of all spectra.
    """

    root: Path
    images: pd.DataFrame
    spectrum: str

    @cached_property
    def lines(self) -> pd.DataFrame:
        """The manifest's lines of this spectrum, with row labels from 0."""
        return self.images[self.images["spectrum"] == self.spectrum].reset_index(drop=True)

    @property
    def index(self) -> pd.DataFrame:
        return self.lines.drop(columns=EYE_COLUMNS)

    @property
    def channels(self) -> int:
        return CHANNELS[self.spectrum]

    @property
    def most_pixels(self) -> int:
        pixels = self.lines["width_px"] * self.lines["height_px"]
        return int(pixels.max()) if len(pixels) else 1

    def part(self, rows: Sequence[int], as_they_are: bool = False) -> FilePart:
        """Return the photographs of some rows; `as_they_are`: with the channels of their files."""
        channels = None if as_they_are else self.channels
        return FilePart(self.root, self.lines.iloc[list(rows)].assign(row=rows), channels)


def read_checked(root: Path, source: str, sha256: str) -> np.ndarray:
    """Read a file that must have the SHA-256 of the manifest: => (H, W, 1 or 3) uint8.

    Raises DataError if the file has changed or can no longer be read.
    """
    try:
        data = read_bytes(root / source)
        if hashlib.sha256(data).hexdigest() == sha256:
            return decode(data)
        reason = "it has changed"
    except Refused as error:
        reason = error.reason
    raise DataError(f"{root / source}: {reason} since the data set was read; run the command again")


def in_channels(pixels: np.ndarray, channels: int) -> np.ndarray:
    """Convert (H, W, 1 or 3) uint8 to (H, W, channels) uint8, `channels` being 1 or 3.

    Colours become their luminance; a single channel is repeated.
    """
    if channels == 1:
        return in_bands(luminance, pixels)
    return np.repeat(pixels, channels // pixels.shape[2], axis=2)
