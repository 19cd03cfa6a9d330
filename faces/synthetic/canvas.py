"""Defines the map on which skin and hair are painted: a cylinder around the head, unrolled."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from faces.synthetic.head import AXIS_Z, BOTTOM_Y, HALF_ANGLE, SKIN, TOP_Y, Head, load_head
from faces.synthetic.rasterizer import rasterize
from faces.synthetic.texture import enlarge
from faces.synthetic.vectors import smoothstep


@dataclass(frozen=True)
class Canvas:
    """The place of each texel of a map on the neutral head; all (side, side) float32.

    x, y, z: the position in decimetres, 0 where the head has no surface. aside: |x|. angle, height:
    those of the texel on the cylinder, in radians and decimetres. degrees: |angle| in degrees, 0 at
    the nose. front: 1 where z > 0.6, 0 where z < 0.4, smooth between. lips: in [0, 1].
    """

    side: int
    x: np.ndarray
    y: np.ndarray
    z: np.ndarray
    aside: np.ndarray
    angle: np.ndarray
    degrees: np.ndarray
    height: np.ndarray
    front: np.ndarray
    lips: np.ndarray


@lru_cache(maxsize=4)
def canvas(side: int) -> Canvas:
    """Return the map of the neutral head with `side` rows and columns; it is cached."""
    head = load_head()
    x, y, z = (plane.reshape(side, side) for plane in _positions(head, side))
    middles = (np.arange(side, dtype=np.float32) + 0.5) / side
    angle, height = np.meshgrid(
        (2 * middles - 1) * HALF_ANGLE, TOP_Y - middles * (TOP_Y - BOTTOM_Y)
    )
    angle, height = angle.astype(np.float32), height.astype(np.float32)
    front = smoothstep(0.4, 0.6, z)
    degrees = np.degrees(np.abs(angle))
    lips = enlarge(head.lips, side, side)
    return Canvas(side, x, y, z, np.abs(x), angle, degrees, height, front, lips)


def _positions(head: Head, side: int) -> np.ndarray:
    """Return the (3, side * side) float32 position of each texel on the neutral head."""
    across, down = head.map_place * side
    depth = 10 - np.hypot(head.vertices[0], head.vertices[2] - AXIS_Z)
    triangles = head.triangles[head.part == SKIN]
    triangles = triangles[np.ptp(head.angle[triangles], axis=1) < 2]  # not across the seam
    hits = rasterize(np.stack([across, down, depth]), triangles, side, side)
    a, b, c = (head.vertices[:, triangles[hits.triangle, corner]] for corner in range(3))
    positions = np.zeros((3, side * side), np.float32)
    positions[:, hits.pixel] = a + (b - a) * hits.u + (c - a) * hits.v
    return positions
