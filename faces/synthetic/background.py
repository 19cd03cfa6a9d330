"""Draws the background: soft gradients and boxes, the same for both spectra."""

import numpy as np

from faces.synthetic.texture import enlarge

CELLS = 32


def paint_background(random: np.random.Generator, side: int) -> np.ndarray:
    """Draw the brightness of a background: => (side, side) float32, about 0.5, at least 0.

    The same random numbers are drawn for every `side`.
    """
    room = enlarge(random.random((3, 4)), CELLS, CELLS)
    for _ in range(random.integers(2, 7)):
        left, top = random.integers(-5, CELLS, 2)
        wide, high = random.integers(CELLS // 8, CELLS, 2)
        box = room[max(0, top) : max(0, top + high), max(0, left) : max(0, left + wide)]
        box *= np.float32(random.uniform(0.4, 1.6))
    return enlarge(room, side, side)


def tint_visibly(brightness: np.ndarray, random: np.random.Generator, room: float) -> np.ndarray:
    """Colour a background in a room of that brightness: (S, S) float32 => (3, S, S) float32."""
    tint = np.array([1 + random.normal(0, 0.12), 1, 1 + random.normal(0, 0.15)])
    tint *= random.uniform(0.05, 0.7) * (room + 0.3)
    return brightness * tint.astype(np.float32)[:, None, None]


def tint_infrared(brightness: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Darken a background, which is far from the lamp: (S, S) float32 => (1, S, S) float32."""
    return (brightness * np.float32(random.uniform(0.004, 0.05)))[None]
