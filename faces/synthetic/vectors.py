"""Computes with vectors that come as planes: (3, N) float32, one row per coordinate.

Planes keep every numpy operation on contiguous numbers, which is two to four times as fast here as
(N, 3) rows.
"""

import numpy as np


def dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the inner products of vectors: (3, ...), (3, ...) float32 => (...) float32."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def unit(a: np.ndarray) -> np.ndarray:
    """Scale vectors to length 1: (3, ...) float32 => the same shape. A zero vector stays zero."""
    return a / np.sqrt(np.maximum(dot(a, a), 1e-18))


def column(*xyz: float) -> np.ndarray:
    """Return one vector as a (3, 1) float32 array, which broadcasts against planes."""
    return np.array(xyz, np.float32)[:, None]


def cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the cross products of vectors: (3, N), (3, N) float32 => (3, N) float32.

    It is written out because np.cross is slower: most of its time goes into moving axes.
    """
    x = a[1] * b[2] - a[2] * b[1]
    y = a[2] * b[0] - a[0] * b[2]
    return np.stack([x, y, a[0] * b[1] - a[1] * b[0]])


def transform(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Multiply points by a matrix: (3, 3), (3, N) float32 => (3, N) float32.

    The sum has a fixed order; with `@`, rounding could depend on the number of threads.
    """
    a, b, c = points
    return np.stack([row[0] * a + row[1] * b + row[2] * c for row in matrix])


def smoothstep(low: float, high: float, x: np.ndarray) -> np.ndarray:
    """Return 0 below `low`, 1 above `high`, 3t^2 - 2t^3 between: (...) floats => (...) floats."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def vertex_normals(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Compute the normals at points: (3, N) float32, (T, 3) int64 triangles => (3, N) float32.

    A normal is the mean of those of its triangles, weighted by their areas, of length 1.
    """
    a, b, c = (points[:, triangles[:, corner]] for corner in range(3))
    facets = cross(b - a, c - a)
    corners = triangles.ravel()
    sums = [np.bincount(corners, np.repeat(plane, 3), points.shape[1]) for plane in facets]
    return unit(np.stack(sums).astype(np.float32))


def rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """Return the (3, 3) float32 matrix that turns by pitch about x, yaw about y, then roll about z.

    Angles are in radians.
    """
    (cy, cp, cr), (sy, sp, sr) = np.cos([yaw, pitch, roll]), np.sin([yaw, pitch, roll])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return (about_z @ about_y @ about_x).astype(np.float32)
