"""Rasterizes triangles by spans, in numpy.

A span is the covered pixels of a triangle in one row. Its ends follow from the triangle's three
edges, each a straight line x = p + q * y, so only covered pixels are visited. Tests of all pixels
in a triangle's bounding box would visit two to three times as many.
"""

from dataclasses import dataclass

import numpy as np

EDGE_TOLERANCE = 1e-4  # in barycentric units: neighbouring triangles leave no gap
FAR_LEFT, FAR_RIGHT = np.float32(-1e6), np.float32(1e6)
NOTHING = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Hits:
    """The nearest surface: K hit pixels in ascending order.

    pixel (K,) int64 = row * width + column; triangle (K,) int; u, v (K,) float32 barycentric
    weights of the triangle's second and third corner.
    """

    pixel: np.ndarray
    triangle: np.ndarray
    u: np.ndarray
    v: np.ndarray


@dataclass(frozen=True)
class _Setup:
    """What is computed once per triangle; lines are relative to its first corner.

    number: (T,) in the list of all triangles. first_row, rows: (T,) int32, the first pixel row and
    how many there are. corner: (2, T). gradient: (3, 2, T) of u, v and depth. depth: (T,) at the
    corner. left, right: (3, 2, T), p and q of x = p + q * y of each edge that bounds the triangle
    on that side.
    """

    number: np.ndarray
    first_row: np.ndarray
    rows: np.ndarray
    corner: np.ndarray
    gradient: np.ndarray
    depth: np.ndarray
    left: np.ndarray
    right: np.ndarray


@dataclass(frozen=True)
class _Fragments:
    """Pixels covered by triangles, (F,) each: the triangle's place in the setup, pixel, depth."""

    setup: np.ndarray
    pixel: np.ndarray
    depth: np.ndarray


def _set_up(points: np.ndarray, triangles: np.ndarray, height: int, cull) -> _Setup:
    a, b, c = (points.take(triangles[:, corner], axis=1) for corner in range(3))
    area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    top = np.maximum(np.ceil(np.minimum(np.minimum(a[1], b[1]), c[1]) - 0.51), 0)
    bottom = np.minimum(np.floor(np.maximum(np.maximum(a[1], b[1]), c[1]) - 0.49), height - 1)
    keep = (bottom >= top) & (np.abs(area) > 1e-6)
    if cull is not None:
        keep &= (area < 0) | ~cull
    k = np.nonzero(keep)[0]
    a, b, c = (corner.take(k, axis=1).astype(np.float64) for corner in (a, b, c))
    gradient = _gradients(b - a, c - a)
    left, right = _edges(gradient)
    top, rows = top[k].astype(np.int32), (bottom[k] - top[k] + 1).astype(np.int32)
    single = [array.astype(np.float32) for array in (a[:2], gradient, a[2], left, right)]
    return _Setup(k, top, rows, *single)


def _gradients(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return d/dx and d/dy of u, v and depth: (3, T), (3, T) => (3, 2, T).

    first, second: the sides from the first corner to the second and to the third.
    """
    area = first[0] * second[1] - first[1] * second[0]
    u = np.stack([second[1], -second[0]]) / area
    v = np.stack([-first[1], first[0]]) / area
    return np.stack([u, v, u * first[2] + v * second[2]])


def _edges(gradient: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the lines where u, v or 1 - u - v is -EDGE_TOLERANCE: (3, 2, T) p, q of each side."""
    slope = np.stack([gradient[0], gradient[1], -gradient[0] - gradient[1]])
    across = np.where(slope[:, 0] == 0, 1e-12, slope[:, 0])  # a level edge bounds all or nothing
    start = np.array([0, 0, 1])[:, None] + EDGE_TOLERANCE
    lines = np.stack([-start / across, -slope[:, 1] / across], 1)
    bounds_left = (across > 0)[:, None]
    none = np.array([1, 0])[:, None]
    return (
        np.where(bounds_left, lines, FAR_LEFT * none),
        np.where(bounds_left, FAR_RIGHT * none, lines),
    )


def _runs(lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number the items of runs: [2, 3] => runs [0 0 1 1 1] and places [0 1 0 1 2], int32."""
    number = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    before = (np.cumsum(lengths) - lengths).astype(np.int32)
    return number, np.arange(len(number), dtype=np.int32) - before.take(number)


def _outermost(lines: np.ndarray, t: np.ndarray, y: np.ndarray, extreme) -> np.ndarray:
    """Return the x at height `y` where the three lines of triangle `t` bound it, for each row."""
    x = [line[0].take(t) + line[1].take(t) * y for line in lines]
    return extreme(extreme(x[0], x[1]), x[2])


def _fragments(setup: _Setup, width: int) -> _Fragments:
    t, place = _runs(setup.rows)
    row = setup.first_row.take(t) + place
    corner_x = setup.corner[0].take(t) - np.float32(0.5)  # so that whole numbers are pixel centres
    y = row - (setup.corner[1].take(t) - np.float32(0.5))
    y = y.astype(np.float32)
    begin = np.ceil(corner_x + _outermost(setup.left, t, y, np.maximum))
    end = np.floor(corner_x + _outermost(setup.right, t, y, np.minimum))
    begin = np.maximum(begin, 0).clip(max=width).astype(np.int32)
    length = np.minimum(end, width - 1).clip(min=-1).astype(np.int32) - begin + 1
    k = np.nonzero(length > 0)[0]
    t, begin, row, y = t[k], begin[k], row[k], y[k]
    x = begin - corner_x[k].astype(np.float32)
    across, down = setup.gradient[2, 0].take(t), setup.gradient[2, 1].take(t)
    depth = setup.depth.take(t) + across * x.astype(np.float32) + down * y
    span, place = _runs(length[k])
    return _Fragments(
        t.take(span),
        (row * width + begin).take(span) + place,
        depth.take(span) + across.take(span) * place.astype(np.float32),
    )


def rasterize(
    points: np.ndarray,
    triangles: np.ndarray,
    height: int,
    width: int,
    *,
    cull: np.ndarray | None = None,
) -> Hits:
    """Find the nearest triangle of every pixel centre.

    points: (3, N) float32, x to the right and y down in pixels, and depth > 0. triangles: (T, 3)
    int64. cull: (T,) bool, triangles that are dropped where they are seen from behind. Of equal
    depths, the triangle that is listed first is taken.
    """
    setup = _set_up(points, triangles, height, cull)
    found = _fragments(setup, width)
    # Positive floats sort like their bits: one minimum finds both the depth and the fragment.
    key = found.depth.view(np.int32).astype(np.int64) << 32
    key |= np.arange(len(key))
    nearest = np.full(height * width, NOTHING)
    np.minimum.at(nearest, found.pixel, key)
    hit = np.nonzero(nearest != NOTHING)[0]
    t = found.setup[nearest[hit] & 0xFFFFFFFF]
    corner_x, corner_y = setup.corner.take(t, axis=1) - np.float32(0.5)
    x, y = (hit % width - corner_x).astype(np.float32), (hit // width - corner_y).astype(np.float32)
    (ux, uy), (vx, vy) = (plane.take(t, axis=1) for plane in setup.gradient[:2])
    return Hits(hit, setup.number[t], ux * x + uy * y, vx * x + vy * y)


def depth_map(
    points: np.ndarray,
    triangles: np.ndarray,
    height: int,
    width: int,
    *,
    cull: np.ndarray | None = None,
) -> np.ndarray:
    """Return the depth of the nearest triangle: (height, width) float32, infinity without one.

    The arguments are those of `rasterize`.
    """
    found = _fragments(_set_up(points, triangles, height, cull), width)
    nearest = np.full(height * width, np.inf, np.float32)
    np.minimum.at(nearest, found.pixel, found.depth)
    return nearest.reshape(height, width)
