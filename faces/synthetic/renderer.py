"""Renders one image of one person.

A person is drawn from the numbers (seed, subject), a shot from (seed, subject, shot). Nothing but
constants of the head is kept between images, so an image has the same bytes whether it is rendered
alone, after others, or in another process.
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
from faces.synthetic.surface import Surface, visible_surface

SPECTRA = ("VIS", "NIR", "NIR-clean")
SMALLEST_PX, LARGEST_PX = 16, 1024


@dataclass(frozen=True)
class View:
    """A person in a shot, before lighting: what all spectra of the shot have in common.

    key: (seed, subject, shot). background: (S, S) float32 brightness.
    """

    key: tuple[int, int, int]
    side_px: int
    difficulty: Difficulty
    mesh: Mesh
    camera: Camera
    surface: Surface
    background: np.ndarray


def render(  # noqa: PLR0917  # a published signature: seed may be given by position
    subject: int,
    shot: int,
    spectrum: str,
    side_px: int,
    seed: int = 0,
    *,
    difficulty: Difficulty = STANDARD,
) -> np.ndarray:
    """Render one image: (side_px, side_px, 3) uint8 for "VIS", 1 channel for "NIR", "NIR-clean".

    The spectra of one (subject, shot) show the same pose from the same place, pixel by pixel.
    "NIR-clean" is the shot's NIR light taken by a perfect camera: no noise, no blur, a fixed
    exposure. No translation from VIS to NIR can predict more than that. `seed` chooses the
    population. Raises UsageError for numbers below 0, an unknown spectrum or an impossible side.
    """
    image, _ = render_with_truth(subject, shot, spectrum, side_px, seed=seed, difficulty=difficulty)
    return image


def render_with_truth(
    subject: int,
    shot: int,
    spectrum: str,
    side_px: int,
    *,
    seed: int = 0,
    difficulty: Difficulty = STANDARD,
) -> tuple[np.ndarray, np.ndarray]:
    """Render one image as `render` does; return it with the positions of the eyes.

    Positions are (2, 2) float32 x, y in pixels, the image's left eye first; the centre of the first
    pixel is 0, 0. Raises UsageError as `render` does.
    """
    check_request(subject, shot, spectrum, side_px=side_px, seed=seed)
    person = make_person(seed, subject, side_px, difficulty.identity_strength)
    view = view_person(person, shot, side_px, difficulty)
    return develop(view, spectrum), true_eyes(view)


def check_request(subject: int, shot: int, spectrum: str, *, side_px: int, seed: int) -> None:
    """Raise UsageError, naming the first argument that cannot be rendered."""
    for name, number in (("subject", subject), ("shot", shot), ("seed", seed)):
        if number < 0:
            raise UsageError(f"{name} is {number}; rendered people are numbered from 0")
    if spectrum not in SPECTRA:
        raise UsageError(f"spectrum is {spectrum!r}; choose one of {', '.join(SPECTRA)}")
    if not SMALLEST_PX <= side_px <= LARGEST_PX:
        raise UsageError(f"side_px is {side_px}; choose {SMALLEST_PX} to {LARGEST_PX}")


def view_person(person: Person, shot_number: int, side_px: int, difficulty: Difficulty) -> View:
    """Place a person before the camera; this is the slower half of rendering an image."""
    key = (person.seed, person.subject, shot_number)
    shot = draw_shot(*key, difficulty)
    mesh = build_mesh(person, shot)
    raster_px = _raster_px(side_px)
    camera = frame_face(mesh, shot, side_px * SUPERSAMPLING)
    surface = visible_surface(person, shot, mesh, camera, side_px=raster_px)
    background = paint_background(stream("background", *key), raster_px)
    return View(key, side_px, difficulty, mesh, camera, surface, background)


def _raster_px(side_px: int) -> int:
    """Return the side of the raster: three rows for two of the image, rounded up to whole rows.

    An image of odd side is rendered one row and column larger and cropped.
    """
    return 3 * ((side_px + 1) // 2)


def develop(view: View, spectrum: str) -> np.ndarray:
    """Light and expose a view: => (side_px, side_px, C) uint8, C 3 for "VIS", else 1."""
    return expose_view(view, light_view(view, spectrum), spectrum)


def light_view(view: View, spectrum: str) -> np.ndarray:
    """Light a view: => (C, S, S) float32 radiance, the same for "NIR" and "NIR-clean"."""
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
    """Expose radiance by the sensor: (C, S, S) float32 => (side_px, side_px, C) uint8."""
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
    """Return the middle between each eye's corners: (2, 2) float32 x, y in pixels, sorted by x.

    The centre of the first pixel is 0, 0, as in `faces.align`; the camera counts from its edge.
    """
    eyes = view.camera.project(view.mesh.eye_middles.T)[:2].T / SUPERSAMPLING - 0.5
    return eyes[np.argsort(eyes[:, 0])].astype(np.float32)
