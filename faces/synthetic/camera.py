"""Projects points with a pinhole camera that looks along -z at the face."""

from dataclasses import dataclass

import numpy as np

from faces.synthetic.mesh import Mesh
from faces.synthetic.shot import Shot
from faces.synthetic.vectors import column

FACE_SHARE = 0.40  # one decimetre at the face fills this share of the image's side
BELOW_EYES_DM = 0.28  # the image's middle lies so far below the eyes


@dataclass(frozen=True)
class Camera:
    """x, y, z: its place (decimetres); focal_px, centre_px in pixels of the image."""

    x: float
    y: float
    z: float
    focal_px: float
    centre_px: float

    @property
    def place(self) -> np.ndarray:
        """(3, 1) float32."""
        return column(self.x, self.y, self.z)

    def project(self, points: np.ndarray) -> np.ndarray:
        """(3, N) points in the room -> (3, N) x right, y down (pixels) and depth (decimetres)."""
        depth = self.z - points[2]
        scale = self.focal_px / depth
        x = self.centre_px + scale * (points[0] - self.x)
        y = self.centre_px - scale * (points[1] - self.y)
        return np.stack([x, y, depth])


def frame_face(mesh: Mesh, shot: Shot, side_px: float) -> Camera:
    """Points a camera at the eyes' middle, off by the shot's framing."""
    middle = mesh.eyes.mean(0)
    return Camera(
        x=float(0.8 * middle[0]) + shot.offset_dm[0],
        y=float(middle[1]) - BELOW_EYES_DM + shot.offset_dm[1],
        z=shot.distance_dm + 1,
        focal_px=side_px * FACE_SHARE * shot.distance_dm * shot.zoom,
        centre_px=side_px / 2,
    )
