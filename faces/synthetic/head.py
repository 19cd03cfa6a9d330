"""Loads the neutral head of all rendered people: a CC0 mesh with 400 named morphs (NOTICE).

Lengths are decimetres, y is up, the face looks along +z. Skin is painted on a cylindrical map: the
angle about the axis x = 0, z = AXIS_Z runs along the columns, height along the rows.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from scipy import sparse

SKIN, EYE_LEFT, EYE_RIGHT, TEETH, LASHES, FRAME, MOUTH, CURTAIN, CLOTH = 0, 1, 2, 3, 4, 5, 7, 8, 9
AXIS_Z = 0.2
TOP_Y, BOTTOM_Y = 8.7, 5.6
HALF_ANGLE = 2 * np.pi / 3  # the map ends behind the ears; further back its edge is repeated
CLOTH_Y = 5.35  # triangles below are clothes
EYE_CORNERS = ((0.168, 7.267, 1.392), (0.464, 7.290, 1.336))  # of the left eye, inner and outer
SHIFT_UNIT = 1e-3  # decimetres; morphs are stored as whole numbers of it


@dataclass(frozen=True)
class Head:
    """The neutral head.

    vertices (3, N) float32; triangles (T, 3) int64; part (T,) of the constants above; morphs
    (3N, M) sparse float32; names of the M morphs; occlusion (N,) float32 in [0, 1]: the share of
    light from all sides that reaches a vertex; ear (N,) float32: 1 on an ear, 0 elsewhere, smooth
    between; lips (512, 512) float32 in [0, 1].
    """

    vertices: np.ndarray
    triangles: np.ndarray
    part: np.ndarray
    morphs: sparse.csr_array
    names: tuple[str, ...]
    occlusion: np.ndarray
    ear: np.ndarray
    lips: np.ndarray

    @cached_property
    def column_of(self) -> dict[str, int]:
        """The column of each morph by its name."""
        return {name: column for column, name in enumerate(self.names)}

    @cached_property
    def eyes(self) -> tuple[np.ndarray, np.ndarray]:
        """The vertices, (K,) int64, of the left eyeball (+x, the person's left) and the right."""
        left, right = (np.unique(self.triangles[self.part == e]) for e in (EYE_LEFT, EYE_RIGHT))
        return left, right

    @cached_property
    def eye_corners(self) -> tuple[np.ndarray, np.ndarray]:
        """The vertices of the inner and outer corner of the left and right eye, (2,) int64 each."""
        skin = np.unique(self.triangles[self.part == SKIN])
        places = [[(side * x, y, z) for x, y, z in EYE_CORNERS] for side in (1, -1)]
        left, right = (
            np.array([skin[_nearest(self.vertices[:, skin], place)] for place in corners])
            for corners in places
        )
        return left, right

    @cached_property
    def angle(self) -> np.ndarray:
        """The angle of each vertex about the head's axis: (N,) float32 radians, 0 at the nose."""
        return np.arctan2(self.vertices[0], self.vertices[2] - AXIS_Z)

    @cached_property
    def map_place(self) -> np.ndarray:
        """The column and row of each vertex on the map: (2, N) float32, in [0, 1] on the map."""
        down = (TOP_Y - self.vertices[1]) / (TOP_Y - BOTTOM_Y)
        return np.stack([(self.angle / HALF_ANGLE + 1) / 2, down]).astype(np.float32)

    @cached_property
    def cheek_side(self) -> np.ndarray:
        """The vertices, (K,) int64, in front of the ears, where the arms of glasses pass."""
        _, y, z = self.vertices
        near = (y > 7.2) & (y < 7.4) & (np.abs(z - 0.55) < 0.2) & (self.ear < 0.05)
        return np.nonzero(near)[0]

    def morph(self, vertices: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Move vertices by morph weights: (3, N), (M,) floats => (3, N) float32.

        The weight 1 is a morph as it was sculpted.
        """
        return vertices + (self.morphs @ weights.astype(np.float32)).reshape(3, -1)


def _nearest(points: np.ndarray, place: tuple[float, float, float]) -> int:
    return int(np.argmin(((points - np.array(place)[:, None]) ** 2).sum(0)))


def _morph_matrix(stored, vertices: int) -> sparse.csr_array:
    lengths = np.diff(stored["starts"])
    columns = np.repeat(np.arange(len(lengths)), lengths)
    rows = stored["morph_vertices"].astype(np.int64)
    rows = np.concatenate([rows + axis * vertices for axis in range(3)])
    shifts = stored["morph_shifts"].astype(np.float32).T.ravel() * np.float32(SHIFT_UNIT)
    shape = (3 * vertices, len(lengths))
    return sparse.coo_array((shifts, (rows, np.tile(columns, 3))), shape).tocsr()


@lru_cache(maxsize=1)
def load_head() -> Head:
    """Read head.npz, which lies beside this file; the result is cached."""
    with np.load(Path(__file__).with_name("head.npz")) as stored:
        vertices = np.ascontiguousarray(stored["vertices"].T, np.float32)
        triangles = stored["triangles"].astype(np.int64)
        part = stored["part"].astype(np.int64)
        part[(part == SKIN) & (vertices[1][triangles].mean(1) < CLOTH_Y)] = CLOTH
        return Head(
            vertices,
            triangles,
            part,
            _morph_matrix(stored, vertices.shape[1]),
            tuple(str(name) for name in stored["names"]),
            stored["occlusion"].astype(np.float32) / 255,
            stored["ear"].astype(np.float32) / 255,
            stored["lips"].astype(np.float32) / 255,
        )
