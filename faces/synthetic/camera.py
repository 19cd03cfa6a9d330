"""Projects points with a pinhole camera that looks along -z at the face."""

from dataclasses import dataclass

import numpy as np

from faces.synthetic.mesh import Mesh
from faces.synthetic.shot import Shot
from faces.synthetic.vectors import column

FACE_SHARE = 0.40  # the share of the image's side that one decimetre at the face takes
BELOW_EYES_DM = 0.28  # how far the image's middle lies below the eyes


@dataclass(frozen=True)
class Camera:
    """A pinhole camera: its place x, y, z in decimetres; focal length and centre in pixels."""

    x: float
    y: float
    z: float
    focal_px: float
    centre_px: float

    @property
    def place(self) -> np.ndarray:
        """The camera's place, (3, 1) float32, decimetres."""
        return column(self.x, self.y, self.z)

    def project(self, points: np.ndarray) -> np.ndarray:
        """Project points: (3, N) float32, decimetres => (3, N) x, y, depth.

        x to the right and y down are in pixels from the image's edges, so that the centre of the
        first pixel is 0.5, 0.5. The depth is in decimetres.
        """
        depth = self.z - points[2]
        scale = self.focal_px / depth
        x = self.centre_px + scale * (points[0] - self.x)
        y = self.centre_px - scale * (points[1] - self.y)
        return np.stack([x, y, depth])


def frame_face(mesh: Mesh, shot: Shot, side_px: float) -> Camera:
    """Point a camera at the middle of the eyes, shifted by the shot's offset.

    side_px: of the image that the camera projects to.
    """
    middle = mesh.eyes.mean(0)
    return Camera(
        x=float(0.8 * middle[0]) + shot.offset_dm[0],
        y=float(middle[1]) - BELOW_EYES_DM + shot.offset_dm[1],
        z=shot.distance_dm + 1,
        focal_px=side_px * FACE_SHARE * shot.distance_dm * shot.zoom,
        centre_px=side_px / 2,
    )
