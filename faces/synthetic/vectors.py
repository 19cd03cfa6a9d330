"""Computes with vectors that come as planes: (3, N) float32, one row per coordinate.

Planes keep every numpy operation on contiguous numbers, which is two to four times as fast here as
(N, 3) rows.
"""

import numpy as np


def dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(3, ...) planes x (3, ...) planes -> (...) inner products."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def unit(a: np.ndarray) -> np.ndarray:
    """(3, ...) planes scaled to length 1; a zero vector stays zero."""
    return a / np.sqrt(np.maximum(dot(a, a), 1e-18))


def column(*xyz: float) -> np.ndarray:
    """Gives one vector as a (3, 1) float32 column, which broadcasts against planes."""
    return np.array(xyz, np.float32)[:, None]


def cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(3, N) x (3, N) -> (3, N); np.cross spends its time on axis bookkeeping."""
    x = a[1] * b[2] - a[2] * b[1]
    y = a[2] * b[0] - a[0] * b[2]
    return np.stack([x, y, a[0] * b[1] - a[1] * b[0]])


def transform(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(3, 3) times (3, N), summed in a fixed order: `@` may round otherwise with more threads."""
    a, b, c = points
    return np.stack([row[0] * a + row[1] * b + row[2] * c for row in matrix])


def smoothstep(low: float, high: float, x: np.ndarray) -> np.ndarray:
    """Gives 0 below `low`, 1 above `high`, 3t^2 - 2t^3 between, for floats of any shape."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def vertex_normals(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(3, N) points, (T, 3) triangles -> (3, N) float32 unit normals, weighted by area."""
    a, b, c = (points[:, triangles[:, corner]] for corner in range(3))
    facets = cross(b - a, c - a)
    corners = triangles.ravel()
    sums = [np.bincount(corners, np.repeat(plane, 3), points.shape[1]) for plane in facets]
    return unit(np.stack(sums).astype(np.float32))


def rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """(3, 3) float32: pitch about x, then yaw about y, then roll about z; angles in radians."""
    (cy, cp, cr), (sy, sp, sr) = np.cos([yaw, pitch, roll]), np.sin([yaw, pitch, roll])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return (about_z @ about_y @ about_x).astype(np.float32)
