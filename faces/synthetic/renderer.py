"""Renders one image of one person.

Everything follows from numbers: who a person is from (seed, subject), a shot from (seed, subject,
shot). Nothing is remembered between images but constants of the head, so an image is the same
bytes alone, after others, or in another process.
"""

from dataclasses import dataclass

import numpy as np

from faces.common.errors import UsageError
from faces.synthetic.background import paint_background, tint_infrared, tint_visibly
from faces.synthetic.camera import Camera, frame_face
from faces.synthetic.difficulty import STANDARD, Difficulty
from faces.synthetic.lighting import light_infrared, light_visibly
from faces.synthetic.mesh import Mesh, build_mesh
from faces.synthetic.person import Person, make_person
from faces.synthetic.sensor import (
    CLEAN_INFRARED,
    SUPERSAMPLING,
    draw_infrared,
    draw_visible,
    expose,
)
from faces.synthetic.shot import draw_shot
from faces.synthetic.streams import stream
from faces.synthetic.surface import Surface, see

SPECTRA = ("VIS", "NIR", "NIR-clean")
SMALLEST_PX, LARGEST_PX = 16, 1024


@dataclass(frozen=True)
class View:
    """A person in a shot before light falls: what every spectrum of the shot shares."""

    key: tuple[int, int, int]
    side_px: int
    difficulty: Difficulty
    mesh: Mesh
    camera: Camera
    surface: Surface
    background: np.ndarray


def render(
    subject: int,
    shot: int,
    spectrum: str,
    side_px: int,
    seed: int = 0,
    difficulty: Difficulty = STANDARD,
) -> np.ndarray:
    """Renders one image: (side_px, side_px, 3) uint8 for "VIS", 1 channel for "NIR", "NIR-clean".

    The spectra of one (subject, shot) show the same pose from the same place, pixel by pixel.
    "NIR-clean" is the shot's NIR light through a perfect camera: no noise, no blur, a fixed
    exposure; it is what a translation from VIS to NIR could at best know. `seed` names the
    population. Raises UsageError for numbers below 0, an unknown spectrum or an impossible side.
    """
    return render_with_truth(subject, shot, spectrum, side_px, seed, difficulty)[0]


def render_with_truth(
    subject: int,
    shot: int,
    spectrum: str,
    side_px: int,
    seed: int = 0,
    difficulty: Difficulty = STANDARD,
) -> tuple[np.ndarray, np.ndarray]:
    """`render`, and the (2, 2) float32 x, y of the eyes in pixels, the image's left eye first."""
    check_request(subject, shot, spectrum, side_px, seed)
    person = make_person(seed, subject, side_px, difficulty.identity_strength)
    view = view_person(person, shot, side_px, difficulty)
    return develop(view, spectrum), true_eyes(view)


def check_request(subject: int, shot: int, spectrum: str, side_px: int, seed: int) -> None:
    """Raises UsageError, naming the first argument that cannot be rendered."""
    for name, number in (("subject", subject), ("shot", shot), ("seed", seed)):
        if number < 0:
            raise UsageError(f"{name} is {number}; rendered people are numbered from 0")
    if spectrum not in SPECTRA:
        raise UsageError(f"spectrum is {spectrum!r}; choose one of {', '.join(SPECTRA)}")
    if not SMALLEST_PX <= side_px <= LARGEST_PX:
        raise UsageError(f"side_px is {side_px}; choose {SMALLEST_PX} to {LARGEST_PX}")


def view_person(person: Person, shot: int, side_px: int, difficulty: Difficulty) -> View:
    """Places a person before the camera; the slow half of a rendering."""
    key = (person.seed, person.subject, shot)
    drawn = draw_shot(*key, difficulty)
    mesh = build_mesh(person, drawn)
    raster_px = _raster_px(side_px)
    camera = frame_face(mesh, drawn, side_px * SUPERSAMPLING)
    surface = see(person, drawn, mesh, camera, raster_px)
    background = paint_background(stream("background", *key), raster_px)
    return View(key, side_px, difficulty, mesh, camera, surface, background)


def _raster_px(side_px: int) -> int:
    """Three raster rows make two image rows; an odd image gets a row to cut off."""
    return 3 * ((side_px + 1) // 2)


def develop(view: View, spectrum: str) -> np.ndarray:
    """Lights a view and exposes it: (side_px, side_px, C) uint8."""
    return expose_view(view, light_view(view, spectrum), spectrum)


def light_view(view: View, spectrum: str) -> np.ndarray:
    """(C, S, S) float32 radiance before the sensor; the same for "NIR" and "NIR-clean"."""
    random = stream(f"light {spectrum[:3]}", *view.key)
    lighting = view.difficulty.lighting
    if spectrum == "VIS":
        radiance, room = light_visibly(view.surface, view.mesh, random, lighting)
        scene = tint_visibly(view.background, random, room)
    else:
        radiance = light_infrared(view.surface, view.camera, random, lighting)
        scene = tint_infrared(view.background, random)
    scene.reshape(len(scene), -1)[:, view.surface.pixel] = radiance
    return scene


def expose_view(view: View, scene: np.ndarray, spectrum: str) -> np.ndarray:
    """Radiance through the spectrum's camera: (side_px, side_px, C) uint8."""
    random, lighting, noise = None, view.difficulty.lighting, view.difficulty.noise
    if spectrum == "NIR-clean":
        sensor = CLEAN_INFRARED
    else:
        random = stream(f"sensor {spectrum}", *view.key)
        draw = draw_visible if spectrum == "VIS" else draw_infrared
        sensor = draw(random, lighting, noise)
    image = expose(scene, sensor, random)
    return np.ascontiguousarray(image[: view.side_px, : view.side_px])


def true_eyes(view: View) -> np.ndarray:
    """(2, 2) float32 x, y of the middle between each eye's corners, sorted by x."""
    eyes = view.camera.project(view.mesh.eye_middles.T)[:2].T / SUPERSAMPLING
    return eyes[np.argsort(eyes[:, 0])].astype(np.float32)
