"""Paints eyeballs, exact spheres with sclera, iris and pupil, that look near the camera."""

import numpy as np

from faces.synthetic.camera import Camera
from faces.synthetic.mesh import Mesh
from faces.synthetic.shot import Shot
from faces.synthetic.traits import Traits
from faces.synthetic.vectors import column, dot, smoothstep, unit

IRIS_ANGLE = 0.41  # angular radius on the eyeball, radians
PUPIL_REFLECTANCE = 0.006
SCLERA = np.array([0.60, 0.56, 0.54, 0.52], np.float32)
SCLERA_TO_SIDE = np.array([0.05, 0.18, 0.20, 0.0], np.float32)  # vessels towards the corners
IRIS_BRIGHTENING = 0.5 * np.array([1, 1, 1, 0.3], np.float32)  # from the pupil outwards


def paint_eye(
    surface, k: np.ndarray, eye: int, *, mesh: Mesh, camera: Camera, traits: Traits, shot: Shot
) -> None:
    """Paint the eyeball `eye` (0 left, 1 right) in place.

    surface: `faces.synthetic.surface.Surface`; k: (M,) int64, which of its points show the eyeball.
    """
    centre = mesh.eyes[eye][:, None]
    outward = unit(surface.position[:, k] - centre)
    gaze = _gaze(mesh, centre, camera, shot)
    angle = np.arccos(np.clip(dot(outward, gaze), -1, 1))
    iris = 1 - smoothstep(IRIS_ANGLE - 0.035, IRIS_ANGLE + 0.035, angle)
    aside = np.abs(dot(outward, mesh.turn[:, :1]))
    surface.albedo[:, k] = _bands(angle, iris, aside, traits=traits, pupil_angle=shot.pupil)
    # The cornea is curved more strongly: over the iris the normal leans away from the gaze.
    surface.normal[:, k] = unit(outward + 0.25 * iris * (outward - gaze))
    upper = np.clip(dot(outward, mesh.turn[:, 1:2]), -1, 1)
    surface.occlusion[k] = 0.85 - 0.55 * smoothstep(0.0, 0.45, upper)  # the upper lid's shadow
    surface.gloss[k] = 0


def _gaze(mesh: Mesh, centre: np.ndarray, camera: Camera, shot: Shot) -> np.ndarray:
    """Return the direction of the gaze, (3, 1) of length 1.

    It is mostly towards the camera, a little where the head points, plus the shot's own deviation.
    """
    to_camera = unit(camera.place - centre)
    return unit(0.75 * to_camera + 0.25 * mesh.turn[:, 2:3] + column(*shot.gaze, 0))


def _bands(angle, iris, aside, *, traits: Traits, pupil_angle: float) -> np.ndarray:
    """Return the reflectance at angles from the gaze: (M,) radians => (4, M)."""
    sclera = SCLERA[:, None] - SCLERA_TO_SIDE[:, None] * aside
    limbus = 0.5 * np.exp(-(((angle - IRIS_ANGLE) / 0.06) ** 2))
    colour = traits.iris[:, None] * (1 + IRIS_BRIGHTENING[:, None] * (angle / IRIS_ANGLE))
    bands = sclera * (1 - iris) + colour * iris * (1 - limbus)
    pupil = 1 - smoothstep(pupil_angle - 0.03, pupil_angle + 0.03, angle)
    return bands * (1 - pupil) + PUPIL_REFLECTANCE * pupil
