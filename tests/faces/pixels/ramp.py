"""Ramps of samples from 0 to the largest, for files that are written byte by byte.

Nothing here uses the code under test, Pillow, or the routines of numpy that the readers use.
"""

from typing import NamedTuple

import numpy as np

HEIGHT, WIDTH = 20, 29  # rows of 29 samples end within a byte, and are filled up in BMP


class Ramp(NamedTuple):
    """A file that shows a ramp.

    kind: the row of the table in docs/data.md. pixels: (H, W, 1 or 3) what the file shows, 0..255.
    """

    format: str
    kind: str
    name: str
    data: bytes
    pixels: np.ndarray

    def __str__(self) -> str:
        return f"{self.format} {self.kind}: {self.name}"


def samples(bits: int, turned: int = 0) -> np.ndarray:
    """Return a ramp over the whole range: (H, W) int; `turned` moves it along, in shares of 7."""
    count = HEIGHT * WIDTH
    places = (np.arange(count) + turned * count // 7) % count
    return np.round(places * (2**bits - 1) / (count - 1)).astype(int).reshape(HEIGHT, WIDTH)


def colour_samples(bits: int, channels: int) -> np.ndarray:
    """Return a different ramp in each channel: (H, W, channels) int."""
    return np.stack([samples(bits, turned) for turned in range(channels)], axis=-1)


def shown(values: np.ndarray, bits: int) -> np.ndarray:
    """Return round(v * 255 / max): (H, W) or (H, W, C) => (H, W, C)."""
    light = np.floor(values * 255 / (2**bits - 1) + 0.5).astype(int)
    return light if light.ndim == 3 else light[..., None]


def packed(row: np.ndarray, bits: int) -> bytes:
    """Pack the samples of a row, the first in the highest bits; the last byte is filled up."""
    text = "".join(format(value, f"0{bits}b") for value in row.ravel().tolist())
    text += "0" * (-len(text) % 8)
    return bytes(int(text[at : at + 8], 2) for at in range(0, len(text), 8))
