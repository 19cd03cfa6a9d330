"""Computes two-dimensional maps: smooth noise, round spots, blur."""

from collections.abc import Sequence

import numpy as np

from faces.synthetic.vectors import smoothstep

Octaves = Sequence[tuple[int, int, float]]  # cells per column, cells per row, amplitude


def _knots(cells: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    position = np.linspace(0, cells - 1, size, dtype=np.float32)
    left = np.minimum(position.astype(np.intp), cells - 2)
    return left, smoothstep(0, 1, position - left)


def enlarge(grid: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Enlarge a grid with smooth interpolation: (h, w) floats => (rows, columns) float32.

    The corners keep their values. The grid has at least two rows and two columns.
    """
    grid = grid.astype(np.float32, copy=False)
    i, down = _knots(grid.shape[0], rows)
    j, right = _knots(grid.shape[1], columns)
    lines = grid[i] + (grid[i + 1] - grid[i]) * down[:, None]
    steps = lines[:, 1:] - lines[:, :-1]
    return lines.take(j, axis=1) + steps.take(j, axis=1) * right


def value_noise(random: np.random.Generator, side: int, octaves: Octaves) -> np.ndarray:
    """Draw (side, side) float32 noise of mean 0 and a variance near 1.

    How many random numbers are drawn depends on the octaves alone, so one person looks the same on
    maps of any side. 0.45 is the variance of a grid of variance 1 after smooth interpolation.
    """
    total = np.zeros((side, side), np.float32)
    for rows, columns, amplitude in octaves:
        grid = random.standard_normal((rows + 2, columns + 2), np.float32)
        total += amplitude * enlarge(grid, side, side)
    return total / float(np.sqrt(0.45 * sum(amplitude**2 for *_, amplitude in octaves)))


def spot(
    x: np.ndarray, y: np.ndarray, centre: tuple[float, float], radii: tuple[float, float]
) -> np.ndarray:
    """Return a Gaussian spot, exp(-(dx / radii[0])^2 - (dy / radii[1])^2), in (0, 1].

    x, y: (H, W) float32 coordinates => (H, W) float32; dx, dy are the distances from `centre`.
    """
    return np.exp(-(((x - centre[0]) / radii[0]) ** 2) - ((y - centre[1]) / radii[1]) ** 2)


def blur(image: np.ndarray, times: int) -> np.ndarray:
    """Filter images `times` times by [1 2 1] / 4 along both axes: (..., H, W) floats => the same.

    Pixels beyond the edge have the value of the edge.
    """
    for _ in range(times):
        for axis in (-2, -1):
            padding = [(0, 0)] * image.ndim
            padding[axis] = (1, 1)
            p = np.moveaxis(np.pad(image, padding, mode="edge"), axis, 0)
            image = np.moveaxis((p[:-2] + 2 * p[1:-1] + p[2:]) * 0.25, 0, axis)
    return image
