"""Computes shadows of a distant light: a depth map seen from the light, with soft edges."""

import numpy as np

from faces.synthetic.mesh import Mesh
from faces.synthetic.rasterizer import depth_map
from faces.synthetic.vectors import column, cross, transform, unit

SIDE = 160  # texels of the shadow map
EXTENT_DM = 4.2  # the side of the square that it covers around the head
MIDDLE = column(0, 6.9, 0.2)
BIAS_DM = 0.05
LIFT_DM = 0.07  # points are looked up this far above the surface, against self-shadowing
DEPTH_OFFSET = 20.0  # keeps depths positive
TAPS = ((-0.8, -0.3), (0.8, 0.3), (-0.3, 0.8), (0.3, -0.8))


def _basis(light: np.ndarray) -> np.ndarray:
    """Return the axes of the shadow map, (3, 3): rows right, up, towards the light.

    light: (3, 1) of length 1, the direction towards the light.
    """
    right = unit(cross(column(0, 1, 0), light))
    return np.concatenate([right, cross(light, right), light], 1).T


def _to_map(basis: np.ndarray, points: np.ndarray) -> np.ndarray:
    x, y, towards = transform(basis, points - MIDDLE)
    scale = SIDE / EXTENT_DM
    return np.stack([SIDE / 2 + scale * x, SIDE / 2 - scale * y, DEPTH_OFFSET - towards])


def visibility(
    mesh: Mesh, light: np.ndarray, points: np.ndarray, normals: np.ndarray
) -> np.ndarray:
    """Return the share of a distant light that reaches points: (3, K) float32 => (K,) in [0, 1].

    light: (3, 1) float32 of length 1, towards the light. normals: (3, K) float32 at the points.
    """
    basis = _basis(light)
    facing = np.ones(len(mesh.triangles), bool)
    nearest = depth_map(
        _to_map(basis, mesh.points), mesh.triangles, SIDE, SIDE, cull=facing
    ).ravel()
    x, y, depth = _to_map(basis, points + LIFT_DM * normals)
    lit = np.zeros(points.shape[1], np.float32)
    for dx, dy in TAPS:
        column_ = np.clip(x + dx, 0, SIDE - 1).astype(np.int32)
        row = np.clip(y + dy, 0, SIDE - 1).astype(np.int32)
        lit += depth - BIAS_DM < nearest.take(row * SIDE + column_)
    return lit / len(TAPS)
